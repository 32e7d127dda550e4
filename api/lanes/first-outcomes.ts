/**
 * What a repeated command answers: its first outcome (K1). The event of the repetition says where the first one
 * stands; what became of it, with the numbers that it gave, stands in that transaction's own event.
 */
import type { CommittedTransaction, Ledger } from '../../network/ledger.js';
import { decodeBatchEvent, type BatchEvent } from '../../schema/batch-event.js';
import type { EventShape } from '../../schema/command.js';
import { LIMITS } from '../../schema/limits.js';
import { outcomeAt } from './outcomes.js';
import type { CommandOutcome, TransactionPlace } from './outcome.js';

/** Finds the transaction that is a leaf of a lane's log; undefined where it is not known (yet). */
export type FindByLeaf = (lane: string, leaf: number) => Promise<TransactionPlace | undefined>;

/** A repeated command as its transaction's event names it: leaf, index and error number of the first time. */
export interface Repetition {
  readonly leaf: number;
  readonly commandIndex: number;
  readonly code: number;
}

interface First {
  readonly place: TransactionPlace;
  readonly event: BatchEvent;
}

export class FirstOutcomes {
  /** Places of the latest transactions by lane and leaf: a repetition mostly follows at once. */
  private readonly latest = new Map<string, TransactionPlace>();

  constructor(
    private readonly ledger: Ledger,
    private readonly events: ReadonlyMap<string, EventShape>,
    private readonly findByLeaf: FindByLeaf | undefined,
  ) {}

  remember(lane: string, leaf: number, place: TransactionPlace): void {
    this.latest.set(keyOf(lane, leaf), place);
    if (this.latest.size <= LIMITS.rememberedTransactions) return;
    for (const oldest of this.latest.keys()) {
      this.latest.delete(oldest);
      return;
    }
  }

  /** A reader of first outcomes for one transaction's repetitions, which mostly repeat one transaction. */
  reader(lane: string): (of: Repetition) => Promise<CommandOutcome | undefined> {
    let at = -1;
    let first: First | undefined;
    return async ({ leaf, commandIndex }) => {
      if (leaf !== at) {
        first = await this.find(lane, leaf);
        at = leaf;
      }
      return first && { ...outcomeAt(first.event, commandIndex, first.place, this.events), replayed: true };
    };
  }

  private async find(lane: string, leaf: number): Promise<First | undefined> {
    const place = this.latest.get(keyOf(lane, leaf)) ?? (await this.findByLeaf?.(lane, leaf));
    const transaction = place && (await this.read(place));
    if (!transaction) return undefined;
    const event = decodeBatchEvent(transaction.event);
    // Whatever the place came from, the ledger itself says what stands there.
    return event.lane === lane && event.leaf === leaf ? { place, event } : undefined;
  }

  private async read({ block, index }: TransactionPlace): Promise<CommittedTransaction | undefined> {
    if (block >= this.ledger.height()) return undefined;
    for await (const { transactions } of this.ledger.blocks(block)) return transactions[index];
    return undefined;
  }
}

const keyOf = (lane: string, leaf: number): string => `${lane} ${leaf}`;
