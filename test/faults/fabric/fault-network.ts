/** A real network that can be hurt: its processes by their names, one organisation's links, one peer's disk. */
import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  bringDown,
  bringUp,
  Layout,
  networkStatus,
  ORDERERS,
  restartNode,
  type Consensus,
  type NetworkPlan,
  type Programs,
} from '../../../network/fabric/index.js';
import { LOOPBACK } from '../../../network/fabric/listen-address.js';
import { runningPid } from '../../../network/fabric/processes.js';
import { Forwarder } from './forwarder.js';
import { until } from './until.js';

const run = promisify(execFile);
const DISK = '256m';
/** Whose peer has a disk of its own, and whose links go through forwarders. */
const DISK_OF = 'EnergyOffice';
const LINKS_OF = 'Gridline';

export interface FaultNetworkOptions {
  readonly programs: Programs;
  readonly peers: number;
  readonly basePort: number;
  /** Raft by default. */
  readonly consensus?: Consensus;
  /** Whether links and a disk are made that can fail. */
  readonly all: boolean;
}

export class FaultNetwork {
  private readonly root = mkdtempSync(join(tmpdir(), 'gridbook-faults-'));
  readonly layout = new Layout(join(this.root, 'network'));
  private readonly disk = join(this.layout.root, 'data', DISK_OF, 'peer0');
  private readonly links: Forwarder[] = [];
  private made: NetworkPlan | undefined;
  private folder = this.layout.root;
  /** Why there is no disk that can be full. */
  noDisk: string | undefined = 'not asked for';

  private constructor(private readonly options: FaultNetworkOptions) {}

  static async up(options: FaultNetworkOptions): Promise<FaultNetwork> {
    const network = new FaultNetwork(options);
    try {
      await network.start();
      return network;
    } catch (error) {
      await network.down();
      throw error;
    }
  }

  get plan(): NetworkPlan {
    if (!this.made) throw new Error('the network is not up');
    return this.made;
  }

  /** Folder of the network as the writer sees it. */
  get view(): string {
    return this.folder;
  }

  get orderers(): string[] {
    return this.plan.orderers.map(({ name }) => name);
  }

  /** Sends a signal to a process of the network. */
  signal(name: string, signal: NodeJS.Signals): void {
    const pid = runningPid(this.layout, name);
    if (pid === undefined) throw new Error(`${name} does not run`);
    process.kill(pid, signal);
  }

  async kill(name: string): Promise<void> {
    this.signal(name, 'SIGKILL');
    await until(`${name} is gone`, () => runningPid(this.layout, name) === undefined);
  }

  async start(name?: string): Promise<void> {
    if (name !== undefined) {
      await restartNode(this.layout, this.options.programs, this.plan, name);
      return;
    }
    const { programs, peers, basePort, all, consensus = 'raft' } = this.options;
    if (all) this.noDisk = await this.mount();
    this.made = await bringUp({
      ...{ folder: this.layout.root, programs, organisations: 3, peers, basePort },
      ...{ consensus, orderers: ORDERERS[consensus].usual },
      step: () => undefined,
    });
    if (all) await this.link();
  }

  /** Waits until every process runs and is well, and every peer has what the others have; answers the height. */
  async healthy(): Promise<number> {
    let height = 0;
    await until('the network is well', async () => {
      const rows = await networkStatus(this.layout, this.plan);
      const heights = rows.flatMap((row) => (row.role === 'chaincode' ? [] : [row.height ?? -1]));
      height = Math.max(...heights);
      return rows.every(({ health }) => health === 'ok') && heights.every((each) => each === height);
    });
    return height;
  }

  holdLinks(): void {
    for (const link of this.links) link.hold();
  }
  releaseLinks(): void {
    for (const link of this.links) link.release();
  }

  /** Takes what room the disk has, and waits until its peer can write no more. */
  async fillDisk(): Promise<void> {
    const file = await open(join(this.disk, 'filler'), 'a');
    for (let bytes = 2 ** 20; bytes >= 1;) {
      await file.write(Buffer.alloc(bytes)).catch(() => (bytes = Math.floor(bytes / 2)));
    }
    await file.close();
    const name = `peer0.${DISK_OF}`;
    await until(`${name} is behind`, async () => {
      const rows = await networkStatus(this.layout, this.plan);
      const peer = rows.find((row) => row.name === name);
      return peer?.pid === undefined || (peer.lag ?? 0) > 0;
    });
  }
  emptyDisk(): void {
    rmSync(join(this.disk, 'filler'));
  }

  async down(): Promise<void> {
    for (const link of this.links) link.close();
    await bringDown(this.layout, { wipe: false });
    // A process that has just ended may hold its files a moment longer.
    if (this.noDisk === undefined)
      await until('the disk is unmounted', () => succeeds(run('umount', [this.disk])));
    rmSync(this.root, { recursive: true, force: true });
  }

  private async mount(): Promise<string | undefined> {
    mkdirSync(this.disk, { recursive: true, mode: 0o700 });
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK},mode=0700`, 'tmpfs', this.disk]);
      return undefined;
    } catch (error) {
      return `no small disk can be mounted: ${(error as Error).message.trim().split('\n').at(-1)}`;
    }
  }

  /**
   * From here on the organisation's peer is reached through a forwarder, by clients and by other peers, and reaches
   * the orderers through others. What it says to other peers' gossip of its own accord goes there directly.
   */
  private async link(): Promise<void> {
    const organisation = this.plan.organisations.find(({ name }) => name === LINKS_OF);
    const [peer] = organisation?.peers ?? [];
    if (!organisation || !peer) throw new Error(`there is no ${LINKS_OF}`);
    const toPeer = await this.forwarder(peer.port);
    const overrides: string[] = [];
    for (const orderer of this.plan.orderers) {
      const link = await this.forwarder(orderer.port);
      const authority = join(this.layout.orderer(orderer).folder, 'tls', 'ca.pem');
      const [from, to] = [orderer.port, link.port].map((each) => `"${LOOPBACK}:${each}"`);
      overrides.push(`{from: ${from}, to: ${to}, caCertsFile: ${JSON.stringify(authority)}}`);
    }
    const settings = join(this.layout.peer(organisation, peer).folder, 'core.yaml');
    const changed = readFileSync(settings, 'utf8')
      .replace(/externalEndpoint: .*/, `externalEndpoint: ${LOOPBACK}:${toPeer.port}`)
      .replace(/deliveryclient: \{/, `deliveryclient: {addressOverrides: [${overrides.join(', ')}], `);
    writeFileSync(settings, changed);
    await this.start(`${peer.name}.${LINKS_OF}`);
    const organisations = this.plan.organisations.map((each) =>
      each === organisation ? { ...each, peers: [{ ...peer, port: toPeer.port }] } : each,
    );
    this.folder = join(this.root, 'view');
    mkdirSync(this.folder);
    for (const name of readdirSync(this.layout.root)) {
      if (name !== 'network.json') symlinkSync(join(this.layout.root, name), join(this.folder, name));
    }
    writeFileSync(join(this.folder, 'network.json'), JSON.stringify({ ...this.plan, organisations }));
  }

  private async forwarder(port: number): Promise<Forwarder> {
    const link = await Forwarder.start(port);
    this.links.push(link);
    return link;
  }
}

const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );
