/** A network in a folder of its own, with Gridbook and the plain contract on one channel. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Clients } from '../../../network/fabric/clients.js';
import { Consortium } from '../../../network/fabric/consortium.js';
import {
  bringDown,
  bringUp,
  FabricLedger,
  findPrograms,
  Layout,
  processPorts,
  type NetworkPlan,
} from '../../../network/fabric/index.js';
import { authorityOf, chaincodeProcess } from '../../../network/fabric/nodes.js';
import { packageOf, type ChaincodePackage } from '../../../network/fabric/package.js';
import { isFree, LOOPBACK } from '../../../network/fabric/listen-address.js';
import type { OrganisationPlan } from '../../../network/fabric/plan.js';
import { runningPid, startProcess } from '../../../network/fabric/processes.js';

export const PLAIN = 'plain';
/** Enough that 256 clients with two accounts each never meet. */
export const PLAIN_ACCOUNTS = 512;
const BASE_PORT = 21_050;
const PROGRAM = fileURLToPath(new URL('./plain-chaincode.js', import.meta.url));
/** The kernel counts a process's time in hundredths of a second. */
const TICK_MS = 10;

export class BenchNetwork {
  private constructor(
    readonly folder: string,
    readonly plan: NetworkPlan,
    readonly ledger: FabricLedger,
    readonly clients: Clients,
  ) {}

  /** A network for some work; it goes at the end of it, however that ends. */
  static async during(work: (network: BenchNetwork) => Promise<void>): Promise<void> {
    const network = await BenchNetwork.open();
    try {
      await work(network);
    } finally {
      await network.close();
    }
  }

  private static async open(): Promise<BenchNetwork> {
    const folder = mkdtempSync(join(tmpdir(), 'gridbook-bench-'));
    const plan = await bringUp({
      ...{ folder, programs: await findPrograms(), basePort: BASE_PORT, step: () => undefined },
      ...{ organisations: 3, peers: 1, orderers: 3 },
    });
    const layout = new Layout(folder);
    await deployPlain(layout, plan);
    return new BenchNetwork(folder, plan, await FabricLedger.open(folder), new Clients(layout, plan));
  }

  /** Milliseconds of processor time that all of the network and this client have used, by kind of process. */
  cpuMs(): Readonly<Record<'peer' | 'orderer' | 'chaincode' | 'client', number>> {
    const layout = new Layout(this.folder);
    const used = { peer: 0, orderer: 0, chaincode: 0, client: usedBy(process.pid) };
    const names = processPorts(this.plan).map(({ name }) => name);
    for (const name of [...names, ...this.plan.organisations.map((o) => plainName(o))]) {
      const pid = runningPid(layout, name);
      const kind = (['peer', 'orderer'] as const).find((k) => name.startsWith(k)) ?? 'chaincode';
      if (pid !== undefined) used[kind] += usedBy(pid);
    }
    return used;
  }

  private async close(): Promise<void> {
    await this.clients.close();
    await this.ledger.close();
    await bringDown(new Layout(this.folder), { wipe: true });
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const plainName = ({ name }: OrganisationPlan): string => `${PLAIN}.${name}`;

function usedBy(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** The plain contract, served by a process of each organisation, as Gridbook is. */
async function deployPlain(layout: Layout, plan: NetworkPlan): Promise<void> {
  const ports = new Map<string, number>();
  let port = BASE_PORT + 500;
  for (const { name } of plan.organisations) {
    while (!(await isFree(port))) port++;
    ports.set(name, port++);
  }
  const packages = ({ name }: OrganisationPlan): ChaincodePackage =>
    packageOf(PLAIN, `${LOOPBACK}:${ports.get(name)}`, authorityOf(layout, name));
  for (const organisation of plan.organisations) {
    const like = chaincodeProcess(layout, organisation);
    startProcess(layout, {
      ...{ ...like, name: plainName(organisation), args: [PROGRAM] },
      environment: {
        ...like.environment,
        CHAINCODE_ID: packages(organisation).id,
        CHAINCODE_SERVER_ADDRESS: `${LOOPBACK}:${ports.get(organisation.name)}`,
      },
    });
  }
  const consortium = new Consortium(layout, plan);
  try {
    await consortium.join(readFileSync(layout.genesisBlock));
    await consortium.follow();
    await consortium.install(packages);
    await consortium.define({ name: PLAIN, version: '1', sequence: 1 }, packages);
    await consortium.call(PLAIN, ['seed', String(PLAIN_ACCOUNTS), '1000000000']);
  } finally {
    consortium.close();
  }
}
