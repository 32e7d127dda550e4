/**
 * The channel of a Fabric network behind the `Ledger` port: a majority of the organisations endorses each transaction,
 * and it is answered once every peer that endorsed, and still answers, has committed it.
 */
import { unwatchFile, watchFile } from 'node:fs';
import type { Network } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import { HISTORY_END, PING, RECORDED, STATE, SUBMIT } from '../../schema/contract.js';
import { GridbookError } from '../../schema/errors.js';
import { StateDigest } from '../embedded/state-digest.js';
import type {
  CommittedBlock,
  CommittedTransaction,
  Ledger,
  OfflineSigning,
  TransactionRequest,
} from '../ledger.js';
import { Admission } from './admission.js';
import { blocksOf, rawBlocksOf, type BlockSource } from './block-stream.js';
import { BlockTimes } from './block-times.js';
import { transactionOf, type FabricBlock, type FabricTransaction } from './block.js';
import { anyOf, commitHashOf, heightAt, requireVersion, versionAt, whyNotOpen } from './channel-facts.js';
import { Clients } from './clients.js';
import { Endorsers } from './endorsers.js';
import { NetworkError } from './errors.js';
import { Follower } from './follower.js';
import { foundationOf } from './foundation.js';
import { Layout } from './layout.js';
import { Members } from './members.js';
import { FabricOffline } from './offline.js';
import { peerName } from './nodes.js';
import { pause, within } from './pause.js';
import { usable } from './plan-change.js';
import { CHAINCODE, CHANNEL, type NetworkPlan, type OrganisationPlan, type PeerPlan } from './plan.js';
import { readPlan } from './plan-file.js';
import { readableOf } from './readable.js';
import { told, unavailable } from './retry.js';
import { Submission } from './submission.js';

/** How long opening waits for peers that neither answer nor refuse. */
const OPEN_MS = 5_000;
/** How long closing waits for what is under way. */
const CLOSE_MS = 10_000;
/** Between two looks at who takes part, where the peer does not tell. */
const LOOK_AGAIN_MS = 1_000;
/** Between two looks at the folder's plan. */
const PLAN_MS = 1_000;

export interface FabricLedgerOptions {
  /** Organisations that keep their keys: nothing is signed for them here. */
  readonly signThemselves?: readonly string[];
  /** Time of transactions, in ms since 1970; the machine's clock where it is not given. */
  readonly clock?: () => number;
  /** Name of the chaincode on the channel, where it is not the usual one. */
  readonly chaincode?: string;
  /** Organisations without nodes that sign as well; their clients call the first organisation's peers. */
  readonly guests?: readonly string[];
}

export class FabricLedger implements Ledger {
  readonly engine = 'fabric';
  readonly offline?: OfflineSigning;
  private readonly submission: Submission;
  private readonly admission = new Admission();
  private readonly ending = new AbortController();
  private looking: Promise<void> = Promise.resolve();

  private readonly members: Members;
  private readonly times: BlockTimes;

  private constructor(
    private readonly layout: Layout,
    private plan: NetworkPlan,
    private readonly clients: Clients,
    /** Those of the peers of all members; it changes with them. */
    private readonly followers: Follower[],
    height: number,
    /** Hash of the channel's first block, hex. */
    readonly ledgerId: string,
    private readonly chaincode: string,
    { clock = Date.now, guests = [], signThemselves = [] }: FabricLedgerOptions,
  ) {
    const { signal } = this.ending;
    this.members = new Members(
      () => this.plan.organisations,
      (other) => clients.meet(other),
    );
    const ping = (name: string): Promise<unknown> => this.ping(name);
    const organisations = (): readonly string[] => this.members.names;
    const endorsers = new Endorsers({ organisations, followers, ping, signal });
    const gateway = this.clients.gateway.bind(this.clients);
    const identity = this.clients.identity.bind(this.clients);
    const [home] = plan.organisations;
    const times = (this.times = new BlockTimes(height, { own: home.name, organisations }));
    const peersOf = (name: string): string => (guests.includes(name) ? home.name : name);
    this.submission = new Submission({
      ...{ followers, endorsers, times, gateway, identity, peersOf, chaincode, clock, signal },
    });
    if (signThemselves.length === 0) return;
    const { submission, admission } = this;
    const [{ name, role, peers }] = plan.organisations;
    const through = { organisation: name, role };
    this.offline = new FabricOffline({
      ...{ organisations: new Set(signThemselves), submission, admission, through },
      gateway: () => clients.gateway(through, name, peers[0]),
      authority: (of) => (this.members.names.includes(of) ? clients.authority(of) : undefined),
      find: (transactionId) => this.find(transactionId),
    });
  }

  /** Connects to the network of a folder; a peer of the first organisation must be up. */
  static async open(folder: string, options: FabricLedgerOptions = {}): Promise<FabricLedger> {
    const { chaincode = CHAINCODE, guests } = options;
    const layout = new Layout(folder);
    const whole = readPlan(layout);
    if (!whole) throw new NetworkError(`there is no network in ${folder}`);
    const plan = usable(whole);
    const clients = new Clients(layout, plan, guests);
    const followers: Follower[] = [];
    try {
      const [home] = plan.organisations;
      const height = await anyOf(home, (peer) => heightAt(clients, plan, peer));
      requireVersion(
        await anyOf(home, async (peer) => versionAt(await clients.network(home, peer), chaincode)),
      );
      const ledger = new FabricLedger(
        ...([layout, plan, clients, followers, height] as const),
        foundationOf(layout),
        chaincode,
        options,
      );
      await ledger.look(height);
      watchFile(layout.plan, { interval: PLAN_MS, persistent: false }, ledger.replan);
      const { signal } = new AbortController();
      await within(Promise.all(followers.map(({ tried }) => tried)), OPEN_MS, signal);
      return ledger;
    } catch (error) {
      for (const follower of followers) follower.stop();
      await clients.close();
      throw whyNotOpen(plan, error as Error);
    }
  }

  /** Organisations of the channel. */
  get organisations(): readonly string[] {
    return this.members.names;
  }

  submit({ identity, args }: TransactionRequest): Promise<CommittedTransaction> {
    if (this.offline?.organisations.has(identity.organisation))
      return Promise.reject(new GridbookError('SIGNS_ITSELF'));
    const call = { name: SUBMIT, args: [args] };
    return this.admission.run(args.length, () => this.submission.submit(identity, call));
  }

  /** Commits a batch that another ledger recorded, as of that time (K11). */
  bring({ identity, args }: TransactionRequest, recordedMs: number): Promise<CommittedTransaction> {
    const call = { name: RECORDED, args: [args, String(recordedMs)] };
    return this.admission.run(args.length, () => this.submission.submit(identity, call));
  }

  /** Ends a lane's history for good, with the digest of the state that it comes to. */
  async endHistory(lane: string, digest: string): Promise<void> {
    const [home] = this.plan.organisations;
    const host = this.plan.organisations.find(({ name }) => name === lane) ?? home;
    const gateway = await this.clients.gateway(
      { organisation: lane, role: 'HOST' },
      host.name,
      host.peers[0],
    );
    await gateway
      .getNetwork(CHANNEL)
      .getContract(this.chaincode)
      .submitTransaction(HISTORY_END, lane, digest);
  }

  /** Organisations whose keys are here. */
  get signers(): readonly string[] {
    return this.plan.organisations.map(({ name }) => name);
  }

  blocks(from: number, signal?: AbortSignal): AsyncIterable<CommittedBlock> {
    return blocksOf(this.sources(this.home()), from, signal ?? new AbortController().signal, {
      elders: this.sources(this.others()),
    });
  }

  /** The same with signatures and all. */
  rawBlocks(from: number, signal: AbortSignal): AsyncIterable<common.Block> {
    return rawBlocksOf(this.sources(this.home()), from, signal, { elders: this.sources(this.others()) });
  }

  /** The commit hash, hex, that each peer which answers has beside a block; one that began later has none. */
  async commitHashes(number: number): Promise<{ readonly peer: string; readonly hash: string }[]> {
    const answering = this.followers.filter(({ up, height }) => up && height > number);
    const hashes = await Promise.all(
      answering.map(async ({ organisation, peer }) => {
        const owner = this.members.all.find(({ name }) => name === organisation) as OrganisationPlan;
        if ((await this.clients.firstBlock(owner, peer)) > number) return [];
        const { chaincode } = this;
        const network = (): Promise<Network> => this.clients.network(owner, peer);
        const source = { chaincode, network, answers: () => true };
        for await (const block of rawBlocksOf([source], number, AbortSignal.timeout(OPEN_MS)))
          return [{ peer: `${peer.name}.${organisation}`, hash: commitHashOf(block) }];
        throw new NetworkError(`${peer.name}.${organisation} does not give block ${number}`);
      }),
    );
    return hashes.flat();
  }

  height(): number {
    return Math.max(...this.home().map(({ height }) => height));
  }

  async readState(key: string): Promise<Uint8Array | undefined> {
    const [home] = this.plan.organisations;
    const value = await anyOf(home, async () =>
      (await this.clients.network(home, this.highest()))
        .getContract(this.chaincode)
        .evaluateTransaction(STATE, key),
    );
    return value.length === 0 ? undefined : value;
  }

  /** From all that the channel's blocks wrote. */
  async stateDigest(): Promise<string> {
    const state = new Map<string, Uint8Array>();
    const height = this.height();
    for await (const block of this.blocks(0)) {
      for (const { writes } of (block as FabricBlock).transactions) {
        for (const [key, value] of writes) state.set(key, value);
      }
      if (block.number + 1 >= height) break;
    }
    const digest = new StateDigest();
    const keys = [...state.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    for (const key of keys) digest.add(key, state.get(key) as Uint8Array);
    return digest.hex();
  }

  async close(): Promise<void> {
    this.admission.close();
    unwatchFile(this.layout.plan, this.replan);
    await within(this.admission.empty(), CLOSE_MS, this.ending.signal);
    this.ending.abort();
    await this.admission.empty();
    await this.looking;
    for (const follower of this.followers) follower.stop();
    await this.clients.close();
  }

  /** A transaction of the channel, valid or not; undefined where no block has it. */
  private async find(transactionId: string): Promise<FabricTransaction | undefined> {
    const [home] = this.plan.organisations;
    const block = await anyOf(home, async (peer) => {
      const network = await this.clients.network(home, peer);
      try {
        return await network
          .getContract('qscc')
          .evaluateTransaction('GetBlockByTxID', CHANNEL, transactionId);
      } catch (error) {
        if (told(error).text.includes('no such transaction ID')) return undefined;
        throw error;
      }
    });
    if (!block) return undefined;
    return transactionOf(readableOf(common.Block.deserializeBinary(block), this.chaincode), transactionId);
  }

  /** The first organisation's peers: what is read is read from them. */
  private home(): Follower[] {
    const [{ name }] = this.plan.organisations;
    return this.followers.filter(({ organisation }) => organisation === name);
  }

  /** The home peer that has most blocks. One that lags behind other organisations' is not asked: what it has is old. */
  private highest(): PeerPlan {
    const level = this.home().filter(({ answers }) => answers);
    if (level.length === 0) throw unavailable(new NetworkError('every peer lags, or does not answer'));
    return level.reduce((a, b) => (b.height > a.height ? b : a)).peer;
  }

  private others(): Follower[] {
    const home = this.home();
    return this.followers.filter((follower) => !home.includes(follower));
  }

  private sources(followers: readonly Follower[]): BlockSource[] {
    return followers.map((follower) => {
      const owner =
        this.members.all.find(({ name }) => name === follower.organisation) ?? this.plan.organisations[0];
      return {
        chaincode: this.chaincode,
        network: () => this.clients.network(owner, follower.peer),
        answers: () => follower.answers,
        first: () => this.clients.firstBlock(owner, follower.peer),
      };
    });
  }

  /** Who takes part now; looked at anew whenever a block changes the channel's configuration, or somebody the plan. */
  private async look(height: number): Promise<void> {
    const [home] = this.plan.organisations;
    await anyOf(home, async (peer) => this.members.read(await this.clients.network(home, peer)));
    const isOf = (follower: Follower, { name }: OrganisationPlan, peer: PeerPlan): boolean =>
      follower.organisation === name && follower.peer.name === peer.name;
    for (const organisation of this.members.all) {
      const missing = organisation.peers.filter(
        (peer) => !this.followers.some((follower) => isOf(follower, organisation, peer)),
      );
      this.followers.push(...missing.map((peer) => this.follow(organisation, peer, height)));
    }
    // What was committed until its own organisation left can still be read.
    const known = this.members.names.includes(home.name) ? this.members.all : [home, ...this.members.all];
    for (const follower of [...this.followers]) {
      if (known.some((of) => of.peers.some((peer) => isOf(follower, of, peer)))) continue;
      follower.stop();
      this.followers.splice(this.followers.indexOf(follower), 1);
    }
  }

  /** A majority of yesterday endorses nothing: whoever does not see who takes part now looks again. */
  private async lookUntilSeen(): Promise<void> {
    while (!this.ending.signal.aborted) {
      try {
        return await this.look(this.height());
      } catch {
        await pause(LOOK_AGAIN_MS, this.ending.signal);
      }
    }
  }

  private follow(organisation: OrganisationPlan, peer: PeerPlan, height: number): Follower {
    const isHome = organisation.name === this.plan.organisations[0].name;
    const process = peerName(organisation, peer);
    return new Follower(
      {
        ...{ organisation: organisation.name, peer, times: this.times },
        network: () => this.clients.network(organisation, peer),
        chaincode: this.chaincode,
        first: () => this.clients.firstBlock(organisation, peer),
        isOnItsWay: () => this.plan.unfinished?.some(({ name }) => name === process) ?? false,
        ...(isHome ? { configured: () => this.lookAgain() } : {}),
      },
      height,
    );
  }

  /** One look at a time: what changes while it is read is read after it. */
  private lookAgain(): void {
    this.looking = this.looking.then(() => this.lookUntilSeen());
  }

  /** Peers come and go while this runs. */
  private readonly replan = (): void => {
    try {
      const plan = readPlan(this.layout);
      if (plan) this.plan = usable(plan);
    } catch {
      // The one that is known holds until there is one that can be read.
    }
    this.lookAgain();
  };

  private async ping(name: string): Promise<unknown> {
    const follower = this.followers.find((each) => each.organisation === name && each.answers);
    const organisation = this.members.all.find((each) => each.name === name);
    if (!follower || !organisation) throw new NetworkError(`no peer of ${name} answers`);
    const network = await this.clients.network(organisation, follower.peer);
    return network.getContract(this.chaincode).evaluate(PING, { endorsingOrganizations: [name] });
  }
}
