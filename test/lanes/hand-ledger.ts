/**
 * A ledger that the test answers for: it commits when the test lets it, refuses amounts of 13, gives every applied
 * command an event that names its amount, and remembers keys as the real one does.
 */
import { v7 } from 'uuid';
import type {
  CommittedBlock,
  CommittedTransaction,
  Ledger,
  TransactionRequest,
} from '../../network/ledger.js';
import { encodeBatchEvent, type WireEvent } from '../../schema/batch-event.js';
import type { CommandInput } from '../../schema/command.js';
import { ERRORS, GridbookError, type ErrorCode } from '../../schema/errors.js';
import { cell } from '../../schema/fields.js';
import { keyFromUuid } from '../../schema/ids.js';
import { keyOf, readBatch } from '../../schema/read-batch.js';
import { TRADE_COMMANDS } from '../../schema/trade/index.js';
import { sparkzTransfer } from '../../schema/trade/money.js';
import { instant } from '../../schema/units.js';

const SHAPES = new Map(TRADE_COMMANDS.map((c) => [c.name, c]));
const REFUSED = ERRORS.INSUFFICIENT_FUNDS.number;

export const command = (amountMicros: number, timeMs?: number): CommandInput => ({
  shape: sparkzTransfer,
  key: keyFromUuid(v7(timeMs === undefined ? undefined : { msecs: timeMs })),
  actor: 1,
  args: { from: 1, to: 2, amountMicros },
});

interface Before {
  readonly leaf: number;
  readonly index: number;
  readonly code: number;
}

export class HandLedger implements Ledger {
  readonly engine = 'embedded';
  /** What was asked for, also where it was refused whole. */
  readonly seen: { amounts: number[]; identity: TransactionRequest['identity'] }[] = [];
  /** Code that a transaction of these amounts is refused with. */
  fail: (amounts: number[]) => ErrorCode | undefined = () => undefined;
  /** Whether blocks can be read. */
  isReadable = true;
  private readonly committed: CommittedTransaction[] = [];
  private readonly known = new Map<string, Before>();
  private gate: Promise<void> = Promise.resolve();
  private open: () => void = () => undefined;

  hold(): void {
    this.gate = new Promise((resolve) => (this.open = resolve));
  }
  release(): void {
    this.open();
  }

  async submit({ lane, identity, args }: TransactionRequest): Promise<CommittedTransaction> {
    const commands = readBatch(args, SHAPES).segments.flatMap((segment) =>
      Array.from({ length: segment.count }, (_, i) => ({
        key: keyOf(segment, i),
        amount: cell(segment.columns[2], i) as number,
      })),
    );
    const amounts = commands.map(({ amount }) => amount);
    this.seen.push({ amounts, identity });
    await this.gate;
    const failure = this.fail(amounts);
    if (failure) throw new GridbookError(failure);
    const leaf = this.committed.length;
    const refused: [number, number, string][] = [];
    const replayed: [number, number, number, number][] = [];
    const events: WireEvent[] = [];
    commands.forEach(({ key, amount }, i) => {
      const before = this.known.get(key);
      const code = amount === 13 ? REFUSED : 0;
      if (before) replayed.push([i, before.leaf, before.index, before.code]);
      else if (code > 0) refused.push([i, code, 'amountMicros']);
      else events.push([i, 'holdPlaced', amount]);
      if (!before) this.known.set(key, { leaf, index: i, code });
    });
    const transaction: CommittedTransaction = {
      transactionId: `t${leaf}`,
      block: leaf,
      index: 0,
      time: instant(1_000 + leaf),
      organisation: identity.organisation,
      role: identity.role,
      lane,
      args,
      event: encodeBatchEvent({
        lane,
        leaf,
        ledgerTimeMs: 0,
        eventRoot: '',
        refused,
        replayed,
        events,
        accountPages: [],
      }),
      valid: true,
    };
    this.committed.push(transaction);
    return transaction;
  }

  async *blocks(from: number): AsyncGenerator<CommittedBlock> {
    if (!this.isReadable) throw new Error('the block file cannot be read');
    for (const transaction of this.committed.slice(from)) {
      const hash = new Uint8Array(32);
      yield {
        number: transaction.block,
        headerHash: hash,
        previousHash: hash,
        dataHash: hash,
        size: transaction.args.length,
        transactions: [transaction],
      };
    }
  }

  height = (): number => this.committed.length;
  readState = (): Promise<undefined> => Promise.resolve(undefined);
  stateDigest = (): Promise<string> => Promise.resolve('');
  close = (): Promise<void> => Promise.resolve();
}
