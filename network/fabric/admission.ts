/** How much may be under way at once: what is more is refused, not queued, and so is what comes at the end. */
import { GridbookError } from '../../schema/errors.js';
import { LIMITS } from '../../schema/limits.js';

export class Admission {
  private count = 0;
  private bytes = 0;
  private idle: (() => void) | undefined;
  private isClosed = false;

  /** Runs work of that many bytes; refused with OVERLOADED where too much is under way, or with LEDGER_UNAVAILABLE. */
  async run<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    if (this.isClosed) throw new GridbookError('LEDGER_UNAVAILABLE');
    const isOver =
      this.count + 1 > LIMITS.transactionsUnderWay || this.bytes + bytes > LIMITS.transactionBytesUnderWay;
    if (isOver) throw new GridbookError('OVERLOADED');
    this.count++;
    this.bytes += bytes;
    try {
      return await work();
    } finally {
      this.count--;
      this.bytes -= bytes;
      if (this.count === 0) this.idle?.();
    }
  }

  /** Takes nothing more. */
  close(): void {
    this.isClosed = true;
  }

  /** Once nothing is under way. */
  empty(): Promise<void> {
    return this.count === 0 ? Promise.resolve() : new Promise((resolve) => (this.idle = resolve));
  }
}
