/**
 * The channel of a Fabric network behind the `Ledger` port: a majority of the organisations endorses each transaction,
 * and it is answered once every peer that endorsed has committed it.
 */
import { EndorseError, GatewayError, type CloseableAsyncIterable } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import { STATE, SUBMIT } from '../../schema/contract.js';
import { ERRORS, GridbookError, type ErrorCode } from '../../schema/errors.js';
import { StateDigest } from '../embedded/state-digest.js';
import type {
  CommittedBlock,
  CommittedTransaction,
  IdentityRef,
  Ledger,
  TransactionRequest,
} from '../ledger.js';
import { readBlock, type FabricBlock, type FabricTransaction } from './block.js';
import { Clients } from './clients.js';
import { NetworkError } from './errors.js';
import { Layout } from './layout.js';
import { majority } from './lifecycle.js';
import { CHANNEL, type NetworkPlan } from './plan.js';
import { readPlan } from './up.js';

/** How long a transaction that an orderer took may be on its way. */
const COMMIT_MS = 60_000;

/** Validation codes after which a new transaction is tried: another changed what this one read. */
const CONFLICTS: ReadonlySet<number> = new Set([10, 11, 12]);

export class FabricLedger implements Ledger {
  readonly engine = 'fabric';

  private constructor(
    private readonly plan: NetworkPlan,
    private readonly clients: Clients,
    private readonly followers: readonly Follower[],
    /** Hash of the channel's first block, hex. */
    readonly ledgerId: string,
  ) {}

  /** Connects to the network of a folder; it must be up. */
  static async open(folder: string): Promise<FabricLedger> {
    const layout = new Layout(folder);
    const plan = readPlan(layout);
    if (!plan) throw new NetworkError(`there is no network in ${folder}`);
    const clients = new Clients(layout, plan);
    try {
      const followers = await Promise.all(
        plan.organisations.map(({ name, role }) => Follower.start(clients, { organisation: name, role })),
      );
      return new FabricLedger(plan, clients, followers, await firstHash(clients, plan));
    } catch (error) {
      await clients.close();
      throw new NetworkError(`the network does not answer: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Organisations of the network. */
  get organisations(): readonly string[] {
    return this.plan.organisations.map(({ name }) => name);
  }

  async submit({ identity, args }: TransactionRequest): Promise<CommittedTransaction> {
    const contract = await this.clients.contract(identity);
    const endorsers = this.endorsers(identity.organisation);
    const endorsingOrganizations = endorsers.map(({ organisation }) => organisation);
    // Until an orderer has it, nothing of it can be committed: what was not endorsed is proposed anew.
    const transaction = await patiently(() =>
      contract.newProposal(SUBMIT, { arguments: [args], endorsingOrganizations }).endorse(),
    );
    const transactionId = transaction.getTransactionId();
    // Heard of before it is given, so that no commit is missed.
    const commits = endorsers.map((follower) => follower.commitOf(transactionId));
    for (const commit of commits) commit.catch(() => undefined);
    try {
      // The same transaction again, where nobody knows whether it was taken: it is committed once.
      await patiently(() => transaction.submit());
    } catch (error) {
      for (const follower of endorsers) follower.forget(transactionId);
      throw error;
    }
    const [committed] = await Promise.all(commits);
    if (committed.valid) return committed;
    throw new GridbookError(CONFLICTS.has(committed.code) ? 'MVCC_CONFLICT' : 'INTERNAL');
  }

  /** The organisation itself, then others in their order, up to a majority. */
  private endorsers(organisation: string): readonly Follower[] {
    const own = this.followers.find((follower) => follower.organisation === organisation);
    if (!own) throw new GridbookError('FORBIDDEN');
    return [own, ...this.followers.filter((follower) => follower !== own)].slice(
      0,
      majority(this.plan.organisations.length),
    );
  }

  blocks(from: number, signal?: AbortSignal): AsyncIterable<CommittedBlock> {
    const [{ name: organisation, role }] = this.plan.organisations;
    return blocksOf(this.clients, { organisation, role }, from, signal ?? new AbortController().signal);
  }

  height(): number {
    return this.followers[0].height;
  }

  async readState(key: string): Promise<Uint8Array | undefined> {
    const [{ name: organisation, role }] = this.plan.organisations;
    const value = await (await this.clients.contract({ organisation, role })).evaluateTransaction(STATE, key);
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
    for (const follower of this.followers) follower.stop();
    await this.clients.close();
  }
}

async function firstHash(clients: Clients, plan: NetworkPlan): Promise<string> {
  const [{ name: organisation, role }] = plan.organisations;
  const stream = await (await clients.network({ organisation, role })).getBlockEvents({ startBlock: 0n });
  try {
    for await (const block of stream) return Buffer.from(readBlock(block).headerHash).toString('hex');
    throw new Error('the channel has no first block');
  } finally {
    stream.close();
  }
}

/** gRPC's codes of what may pass: too late, too much, not ready yet, given up on, out of reach. */
const PASSING: ReadonlySet<number> = new Set([4, 8, 9, 10, 14]);
/** How long what may pass is tried again, and how long between two tries. */
const PATIENCE_MS = 10_000;
const AGAIN_MS = 100;

/** Tries again while what fails may pass: a peer that starts, an orderer without its leader. */
async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const refusal = refusalOf(error);
      const mayPass = error instanceof GatewayError && PASSING.has(error.code);
      if (refusal.code !== 'LEDGER_UNAVAILABLE' || !mayPass || performance.now() > end) throw refusal;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

/** What the port says of an error of the network. */
function refusalOf(error: unknown): GridbookError {
  if (error instanceof EndorseError) {
    const told = [error.message, ...error.details.map(({ message }) => message)].join('\n');
    const code = /chaincode response 500, ([A-Z_]+)/.exec(told)?.[1];
    if (code !== undefined && code in ERRORS) return new GridbookError(code as ErrorCode);
    if (/ProposalResponsePayloads do not match/.test(told))
      return new GridbookError('MVCC_CONFLICT', undefined, { cause: error });
  }
  const isNetwork = error instanceof GatewayError;
  return new GridbookError(isNetwork ? 'LEDGER_UNAVAILABLE' : 'INTERNAL', undefined, { cause: error });
}

interface Waiting {
  resolve(transaction: FabricTransaction): void;
  reject(error: Error): void;
}

/** How long a peer that went away is left alone before it is asked again. */
const RECONNECT_MS = 200;

/** Blocks of a channel from one of its peers; where the peer goes away, the stream goes on when it is back. */
async function* blocksOf(
  clients: Clients,
  as: IdentityRef,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<FabricBlock, void, undefined> {
  const network = await clients.network(as);
  for (let next = from; !signal.aborted;) {
    let stream: CloseableAsyncIterable<common.Block> | undefined;
    const end = (): void => stream?.close();
    signal.addEventListener('abort', end, { once: true });
    try {
      stream = await network.getBlockEvents({ startBlock: BigInt(next) });
      for await (const raw of stream) {
        const block = readBlock(raw);
        next = block.number + 1;
        yield block;
        if (signal.aborted) return;
      }
    } catch (error) {
      if (!(error instanceof GatewayError) && !isServiceError(error)) throw error;
    } finally {
      signal.removeEventListener('abort', end);
      end();
    }
    await pause(RECONNECT_MS, signal);
  }
}

/** Whether gRPC failed, rather than what it brought. */
const isServiceError = (error: unknown): boolean =>
  error instanceof Error && typeof (error as { code?: unknown }).code === 'number';

/** Waits, unless the signal ends it. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** Follows the blocks of an organisation's peer: its height, and what becomes of transactions. */
class Follower {
  private readonly waiting = new Map<string, Waiting>();
  /** Why it follows no more: what waits, and all that comes later, is told at once. */
  private failure: Error | undefined;
  private readonly ending = new AbortController();

  private constructor(
    readonly organisation: string,
    public height: number,
  ) {}

  static async start(clients: Clients, as: IdentityRef): Promise<Follower> {
    const network = await clients.network(as);
    const info = await network.getContract('qscc').evaluateTransaction('GetChainInfo', CHANNEL);
    const follower = new Follower(as.organisation, common.BlockchainInfo.deserializeBinary(info).getHeight());
    follower.run(clients, as).catch((error: unknown) => follower.fail(error as Error));
    return follower;
  }

  /** The transaction once this peer has committed it. */
  commitOf(transactionId: string): Promise<FabricTransaction> {
    if (this.failure) {
      return Promise.reject(new GridbookError('LEDGER_UNAVAILABLE', undefined, { cause: this.failure }));
    }
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.waiting.delete(transactionId);
        reject(new GridbookError('LEDGER_UNAVAILABLE'));
      }, COMMIT_MS);
      const settle = <T>(done: (value: T) => void) => {
        return (value: T): void => {
          clearTimeout(late);
          this.waiting.delete(transactionId);
          done(value);
        };
      };
      this.waiting.set(transactionId, { resolve: settle(resolve), reject: settle(reject) });
    });
  }

  /** A transaction that will not come. */
  forget(transactionId: string): void {
    this.waiting.get(transactionId)?.reject(new GridbookError('LEDGER_UNAVAILABLE'));
  }

  stop(): void {
    this.ending.abort();
    this.fail(new Error('closed'));
  }

  private async run(clients: Clients, as: IdentityRef): Promise<void> {
    for await (const block of blocksOf(clients, as, this.height, this.ending.signal)) {
      this.height = block.number + 1;
      for (const transaction of block.transactions) {
        this.waiting.get(transaction.transactionId)?.resolve(transaction);
      }
    }
  }

  private fail(cause: Error): void {
    this.failure ??= cause;
    for (const { reject } of [...this.waiting.values()]) {
      reject(new GridbookError('LEDGER_UNAVAILABLE', undefined, { cause }));
    }
  }
}
