/**
 * A ledger read from its block file alone, also beside a process that writes it: what stood there when it was opened.
 * Nothing can be submitted.
 */
import { BlockFile } from '../../network/embedded/block-file.js';
import { committedBlock } from '../../network/embedded/committed-block.js';
import { LedgerVerificationError } from '../../network/embedded/errors.js';
import { layoutOf } from '../../network/embedded/layout.js';
import { Roster } from '../../network/embedded/roster.js';
import { readTip } from '../../network/embedded/tip.js';
import type { CommittedBlock, CommittedTransaction, Ledger } from '../../network/ledger.js';
import { GridbookError } from '../../schema/errors.js';

export class LedgerFiles implements Ledger {
  readonly engine = 'embedded';

  private constructor(
    private readonly file: BlockFile,
    private readonly roster: Roster,
  ) {}

  static open(directory: string): LedgerFiles {
    const layout = layoutOf(directory);
    const tip = readTip(layout.tip);
    if (tip === 'damaged') {
      throw new LedgerVerificationError('the witness of the last acknowledged block is damaged');
    }
    const { file, configurations } = BlockFile.open(layout.blocks, tip, { readOnly: true });
    const roster = new Roster();
    for (const configuration of configurations) roster.add(configuration);
    return new LedgerFiles(file, roster);
  }

  get ledgerId(): string {
    return this.roster.ledgerId.toString('hex');
  }

  submit(): Promise<CommittedTransaction> {
    return Promise.reject(new GridbookError('LEDGER_UNAVAILABLE'));
  }

  /** The blocks of the file; then waits for the signal, as none follows. */
  async *blocks(from: number, signal?: AbortSignal): AsyncGenerator<CommittedBlock, void, undefined> {
    for (let number = from; number < this.file.height && !signal?.aborted; number++) {
      yield committedBlock(await this.file.read(number), this.roster);
    }
    if (!signal || signal.aborted) return;
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  height(): number {
    return this.file.height;
  }

  readState(): Promise<Uint8Array | undefined> {
    return Promise.reject(new GridbookError('LEDGER_UNAVAILABLE'));
  }

  stateDigest(): Promise<string> {
    return Promise.reject(new GridbookError('LEDGER_UNAVAILABLE'));
  }

  async close(): Promise<void> {
    this.file.close();
  }
}
