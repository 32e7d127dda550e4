/**
 * Takes a transaction from its proposal to its block. What failed is tried again as the table in retry.ts says: until
 * an orderer may have it as a new proposal, from then on only as the same transaction, until a block tells of it.
 */
import type { Gateway, Proposal as GatewayProposal, Transaction } from '@hyperledger/fabric-gateway';
import { gateway as messages } from '@hyperledger/fabric-protos';
import { GridbookError } from '../../schema/errors.js';
import type { IdentityRef } from '../ledger.js';
import type { FabricTransaction } from './block.js';
import type { BlockTimes } from './block-times.js';
import type { ClientIdentity } from './client-identity.js';
import { CommitWatch } from './commit-watch.js';
import type { Endorsers } from './endorsers.js';
import { NetworkError } from './errors.js';
import type { FollowedPeer } from './follower.js';
import { pause, within } from './pause.js';
import { CHANNEL, type PeerPlan } from './plan.js';
import { momentOf, Proposal } from './proposal.js';
import { differing, Refusals } from './refusals.js';
import { isBadlyEndorsed, refusalOfInvalid, unavailable, verdictOf } from './retry.js';
import { RESUBMIT_MS } from './giving.js';

/** How long endorsing is tried. */
const PATIENCE_MS = 10_000;
const AGAIN_MS = 100;
/** How long a transaction that an orderer may have is waited for. */
export const COMMIT_MS = 60_000;
/** How much longer each time until a transaction is given again. */
const LONGER_MS = 500;
const MOST_AGAIN_MS = 1_000;
/** How long after answers that differ it is waited until the endorsers are level. */
const LEVEL_MS = 1_000;
const LOOK_MS = 5;

export interface SubmissionOptions {
  readonly followers: readonly FollowedPeer[];
  readonly endorsers: Endorsers;
  readonly times: BlockTimes;
  readonly gateway: (as: IdentityRef, of: string, peer: PeerPlan) => Promise<Gateway>;
  readonly identity: (as: IdentityRef) => Promise<ClientIdentity>;
  /** The organisation whose peers an organisation's clients call. */
  readonly peersOf: (organisation: string) => string;
  /** Name on the channel. */
  readonly chaincode: string;
  /** Time of a transaction, in ms since 1970. */
  readonly clock: () => number;
  readonly signal: AbortSignal;
}

/** What the chaincode is asked to do. */
export interface Call {
  readonly name: string;
  readonly args: readonly (string | Uint8Array)[];
}

export interface Endorsed {
  readonly transaction: Transaction;
  readonly organisations: readonly string[];
}

/** What is proposed, of which the organisations are to endorse. */
export type Propose = (
  gateway: Gateway,
  organisations: readonly string[],
) => GatewayProposal | Promise<GatewayProposal>;

export class Submission {
  constructor(private readonly options: SubmissionOptions) {}

  /** Commits a batch; refused as the port says. */
  async submit(as: IdentityRef, call: Call): Promise<FabricTransaction> {
    const endorsed = await this.endorse(as, async (gateway, organisations) =>
      gateway.newProposal(await this.propose(as, call, organisations)),
    );
    const committed = await this.commit(as, endorsed);
    if (!committed.valid) throw refusalOfInvalid(committed.code);
    return committed;
  }

  /**
   * Gives a transaction to be ordered, and answers it once its endorsers have it, valid or not. What is known of it
   * already is asked first; where `known` throws, it is not given.
   */
  async commit(
    as: IdentityRef,
    { transaction, organisations }: Endorsed,
    known: () => Promise<FabricTransaction | undefined> = () => Promise.resolve(undefined),
  ): Promise<FabricTransaction> {
    const { followers, endorsers: chosen, peersOf } = this.options;
    const endorsers = organisations.flatMap((name) => this.of(name));
    const own = peersOf(as.organisation);
    // Heard of before it is given, so that no commit is missed.
    const watch = new CommitWatch(transaction.getTransactionId(), {
      ...{ followers, endorsers, own, majority: chosen.majority },
    });
    try {
      const before = await known();
      if (before) return before;
      const committed = await this.deliver(as, transaction, watch);
      // Nobody is told whose endorsement it was that did not hold.
      if (isBadlyEndorsed(committed.code)) chosen.differed(organisations.filter((name) => name !== own));
      return committed;
    } finally {
      watch.close();
    }
  }

  /** Has a proposal endorsed by a majority, through the peers of an organisation whose key is here. */
  async endorse(as: IdentityRef, propose: Propose): Promise<Endorsed> {
    const end = performance.now() + PATIENCE_MS;
    const silent = new Set<string>();
    const { endorsers, peersOf } = this.options;
    const own = peersOf(as.organisation);
    const refusals = new Refusals(own, endorsers.blocking);
    for (let attempt = 0; ; attempt++) {
      const organisations = endorsers.choose(own);
      const at = this.peerOf(as.organisation, attempt);
      let refusal = unavailable(new NetworkError(`too few peers answer for ${as.organisation}`));
      if (organisations && at) {
        try {
          const proposal = await propose(await this.gateway(as, at), organisations);
          return { transaction: await proposal.endorse(), organisations };
        } catch (error) {
          const verdict = refusals.verdictOn(error);
          if (verdict.next === 'NEW_TRANSACTION') {
            endorsers.differed(differing(error, organisations, own));
            await this.level(endorsers.choose(own));
          }
          if (verdict.next !== 'AGAIN') throw verdict.refusal;
          endorsers.avoid(verdict.culprits);
          refusal = verdict.refusal;
          for (const name of verdict.silent) silent.add(name);
          if (this.isTooMuch(silent))
            throw new GridbookError('TRANSACTION_TOO_LARGE', undefined, { cause: error });
        }
      }
      if (performance.now() > end || this.options.signal.aborted) throw refusal;
      await pause(AGAIN_MS, this.options.signal);
    }
  }

  /** A signed proposal of a batch, as the gateway's library takes it. */
  private async propose(
    as: IdentityRef,
    { name, args }: Call,
    organisations: readonly string[],
  ): Promise<Uint8Array> {
    const { chaincode, clock, identity } = this.options;
    const invocation = { channel: CHANNEL, chaincode, args: [name, ...args] };
    const { signed, transactionId } = new Proposal(await identity(as), invocation, momentOf(clock()));
    const proposed = new messages.ProposedTransaction();
    proposed.setTransactionId(transactionId);
    proposed.setProposal(signed);
    proposed.setEndorsingOrganizationsList([...organisations]);
    return proposed.serializeBinary();
  }

  /** One that is silent may hang. Where several are, though their blocks come, half the batch is quicker. */
  private isTooMuch(silent: ReadonlySet<string>): boolean {
    const isThere = (name: string): boolean => this.of(name).some((follower) => follower.answers);
    return silent.size > 1 && [...silent].every(isThere);
  }

  /** Gives the transaction to the orderers until a block has it. */
  private async deliver(
    as: IdentityRef,
    transaction: Transaction,
    { done }: CommitWatch,
  ): Promise<FabricTransaction> {
    const { signal } = this.options;
    const end = performance.now() + COMMIT_MS;
    let committed: FabricTransaction | undefined;
    void done.then((found) => (committed = found));
    let mayBeTaken = false;
    let wait = RESUBMIT_MS;
    let again = AGAIN_MS;
    let cause: unknown;
    for (let attempt = 0; ; attempt++) {
      try {
        await this.give(as, transaction, attempt);
        mayBeTaken = true;
        await within(done, Math.min(wait, end - performance.now()), signal);
        wait += LONGER_MS;
      } catch (error) {
        const verdict = verdictOf('submit', error);
        if (verdict.next === 'END' && !mayBeTaken) throw verdict.refusal;
        mayBeTaken = true;
        cause = error;
        await within(done, again, signal);
        again = Math.min(MOST_AGAIN_MS, 2 * again);
      }
      if (committed) return committed;
      // It may still be committed. The lane's next transaction reads what this one writes: only one of them stands.
      if (performance.now() > end || signal.aborted) throw unavailable(cause);
    }
  }

  private async give(as: IdentityRef, transaction: Transaction, attempt: number): Promise<void> {
    const at = this.peerOf(as.organisation, attempt);
    if (!at) throw unavailable(new NetworkError(`no peer of ${as.organisation} answers`));
    if (attempt === 0) await transaction.submit();
    else await (await this.gateway(as, at)).newTransaction(transaction.getBytes()).submit();
  }

  private gateway(as: IdentityRef, at: PeerPlan): Promise<Gateway> {
    return this.options.gateway(as, this.options.peersOf(as.organisation), at);
  }

  /** A peer of an organisation that is up, another one at each attempt; those that answer come first. */
  private peerOf(organisation: string, attempt: number): PeerPlan | undefined {
    const own = this.of(this.options.peersOf(organisation));
    // An organisation that is no part of the network has no way to sign.
    if (own.length === 0) throw new GridbookError('FORBIDDEN');
    if (own.every(({ failure }) => failure)) throw verdictOf('stream', own[0].failure).refusal;
    const up = own.filter((follower) => follower.up).sort((a, b) => Number(b.answers) - Number(a.answers));
    return up[attempt % up.length]?.peer;
  }

  /** Waits a moment until peers have what others have: what they read then is the same. */
  private async level(organisations: readonly string[] = []): Promise<void> {
    const end = performance.now() + LEVEL_MS;
    const height = this.options.times.highest;
    const isBehind = (): boolean =>
      organisations.some((name) => this.of(name).some((each) => each.answers && each.height < height));
    while (isBehind() && performance.now() < end) await pause(LOOK_MS, this.options.signal);
  }

  private of(organisation: string): FollowedPeer[] {
    return this.options.followers.filter((follower) => follower.organisation === organisation);
  }
}
