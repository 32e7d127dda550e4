/**
 * Takes a folder to a running network: keys, channel, processes, chaincode on every organisation, a first transaction
 * that two organisations endorsed. Run again it finishes what is missing and confirms the rest.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PING } from '../../schema/contract.js';
import { ClientIdentity } from './client-identity.js';
import { NetworkError } from './errors.js';
import { makeKeys, write } from './keys.js';
import { Layout } from './layout.js';
import {
  approval,
  commitment,
  committedSequence,
  FIRST_SEQUENCE,
  install,
  joinPeer,
  majority,
} from './lifecycle.js';
import { adminOf, allProcesses, authorityOf, packageFor } from './nodes.js';
import { joinOrderer, OrdererClient } from './orderer-client.js';
import { PeerClient, type Commits } from './peer-client.js';
import {
  CHAINCODE,
  CHANNEL,
  HOST_ADDRESS,
  makePlan,
  ORDERER_ORGANISATION,
  type NetworkPlan,
  type OrganisationPlan,
  type PlanOptions,
} from './plan.js';
import { endOfLog, runningPid, startProcess } from './processes.js';
import type { Programs } from './programs.js';
import { Proposal } from './proposal.js';
import { writeSettings } from './settings.js';

export interface UpOptions extends PlanOptions {
  readonly folder: string;
  readonly programs: Programs;
  /** Is told of each step as it is done. */
  readonly step: (what: string) => void;
}

const PATIENCE_MS = 30_000;
const AGAIN_MS = 25;

/** The plan of a folder; undefined where there is no network in it. */
export function readPlan(layout: Layout): NetworkPlan | undefined {
  if (!existsSync(layout.plan)) return undefined;
  const plan = JSON.parse(readFileSync(layout.plan, 'utf8')) as NetworkPlan;
  if (plan.format !== 1) throw new NetworkError(`${layout.plan} is of another version of Gridbook`);
  return plan;
}

export async function bringUp(options: UpOptions): Promise<NetworkPlan> {
  const { folder, programs, step } = options;
  const layout = new Layout(folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let plan = readPlan(layout);
  if (!plan) {
    plan = await makePlan(options, programs.version);
    write(layout.plan, JSON.stringify(plan, undefined, 2));
  }
  if (plan.fabric !== programs.version) {
    throw new NetworkError(
      `the network was made with Fabric ${plan.fabric}, the programs are ${programs.version}`,
    );
  }
  await makeKeys(layout, plan);
  writeSettings(layout, plan);
  step('keys and settings');
  const genesis = makeGenesis(layout, programs);
  const processes = allProcesses(layout, programs, plan);
  for (const spec of processes) startProcess(layout, spec);
  await genesis;
  step('channel and processes');
  const network = new Starting(layout, plan);
  try {
    await network.join();
    step(`${plan.orderers.length} orderers and ${plan.organisations.length} organisations joined`);
    await network.define();
    step('chaincode approved and committed on all organisations');
    await network.confirm();
    step('a transaction endorsed across organisations is committed on all of them');
  } catch (error) {
    const ended = processes.find(({ name }) => runningPid(layout, name) === undefined);
    if (!ended) throw error;
    throw new NetworkError(`${ended.name} ended: ${endOfLog(layout, ended.name, 1)}`, { cause: error });
  } finally {
    network.close();
  }
  return plan;
}

/** The channel's first block; it appears whole or not at all. */
async function makeGenesis(layout: Layout, { paths }: Programs): Promise<void> {
  if (existsSync(layout.genesisBlock)) return;
  const draft = join(layout.channel, 'genesis.new');
  const args = ['-profile', 'Network', '-channelID', CHANNEL, '-outputBlock', draft];
  const env = { FABRIC_CFG_PATH: layout.channel, FABRIC_LOGGING_SPEC: 'ERROR', PATH: process.env.PATH };
  await promisify(execFile)(paths.configtxgen, args, { env });
  renameSync(draft, layout.genesisBlock);
}

/** Tries until it works: nodes take a moment until they answer. */
async function untilDone<T>(what: string, attempt: () => Promise<T>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw new NetworkError(`${what}: ${(error as Error).message}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

/** The result, unless it does not come in time: nobody waits for a peer that hangs. */
async function inTime<T>(what: string, result: Promise<T>): Promise<T> {
  let late: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new NetworkError(what)), PATIENCE_MS);
  });
  try {
    return await Promise.race([result, end]);
  } finally {
    clearTimeout(late);
  }
}

interface Party {
  readonly plan: OrganisationPlan;
  readonly admin: ClientIdentity;
  readonly client: ClientIdentity;
  readonly peers: readonly PeerClient[];
}

class Starting {
  private readonly parties: readonly Party[];
  private readonly orderers: readonly OrdererClient[];
  private readonly commits: Commits[] = [];
  private readonly block: Buffer;

  constructor(
    private readonly layout: Layout,
    private readonly plan: NetworkPlan,
  ) {
    this.block = readFileSync(layout.genesisBlock);
    const ordererAuthority = Buffer.from(authorityOf(layout, ORDERER_ORGANISATION));
    this.orderers = plan.orderers.map(
      ({ port }) => new OrdererClient(`${HOST_ADDRESS}:${port}`, ordererAuthority),
    );
    this.parties = plan.organisations.map((organisation) => {
      const { name, role, peers } = organisation;
      const authority = Buffer.from(authorityOf(layout, name));
      return {
        plan: organisation,
        admin: ClientIdentity.read(name, layout.identity(name, 'admin')),
        client: ClientIdentity.read(name, layout.identity(name, role)),
        peers: peers.map(({ port }) => new PeerClient(`${HOST_ADDRESS}:${port}`, authority)),
      };
    });
  }

  /** Orderers and peers join the channel; every peer installs its organisation's package. */
  async join(): Promise<void> {
    await Promise.all([
      ...this.plan.orderers.map((orderer) => {
        const admin = adminOf(this.layout, orderer);
        return untilDone(`${orderer.name} does not join`, () => joinOrderer(admin, this.block));
      }),
      ...this.parties.flatMap((party) => {
        const chaincode = packageFor(this.layout, party.plan);
        return party.peers.map(async (at, i) => {
          const name = `${party.plan.peers[i].name}.${party.plan.name}`;
          await untilDone(`${name} does not join`, () => joinPeer(at, party.admin, this.block));
          await untilDone(`${name} takes no chaincode`, () => install(at, party.admin, chaincode));
          this.commits.push(at.commits(party.admin, CHANNEL));
        });
      }),
    ]);
  }

  /** Every organisation approves the definition; with the majority's approval it is committed. */
  async define(): Promise<void> {
    const [first] = this.parties;
    const defined = await untilDone('the channel does not answer', () =>
      committedSequence(first.peers[0], first.admin),
    );
    if (defined >= FIRST_SEQUENCE) return;
    const names = this.plan.organisations.map(({ name }) => name);
    await Promise.all(
      this.parties.map((party) =>
        this.submit(
          `${party.plan.name} does not approve the chaincode`,
          () => approval(party.admin, packageFor(this.layout, party.plan).id, names),
          [party],
        ),
      ),
    );
    await this.submit(
      'the chaincode is not committed',
      () => commitment(first.admin, names),
      this.parties.slice(0, majority(this.parties.length)),
    );
  }

  /** One transaction that a majority of the organisations endorses, seen on every peer. */
  async confirm(): Promise<void> {
    const [{ client }] = this.parties;
    const args = [PING];
    await this.submit(
      'the chaincode does not answer',
      () => new Proposal(client, { channel: CHANNEL, chaincode: CHAINCODE, args }),
      this.parties.slice(0, majority(this.parties.length)),
    );
  }

  private async submit(what: string, make: () => Proposal, endorsers: readonly Party[]): Promise<void> {
    const { id, envelope } = await untilDone(what, async () => {
      const proposal = make();
      const responses = await Promise.all(endorsers.map(({ peers }) => peers[0].endorse(proposal)));
      return { id: proposal.transactionId, envelope: proposal.transaction(responses) };
    });
    // An orderer that is no leader yet refuses; the same transaction is given again.
    let next = 0;
    await untilDone(what, () => this.orderers[next++ % this.orderers.length].broadcast(envelope));
    const committed = Promise.all(this.commits.map((commits) => commits.codeOf(id)));
    const codes = await inTime(`${what}: it is not committed on every peer`, committed);
    const invalid = codes.find((code) => code !== 0);
    if (invalid !== undefined) throw new NetworkError(`${what}: validation code ${invalid}`);
  }

  close(): void {
    for (const commits of this.commits) commits.close();
    for (const { peers } of this.parties) for (const at of peers) at.close();
    for (const orderer of this.orderers) orderer.close();
  }
}
