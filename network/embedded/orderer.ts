/**
 * Ordering and committing: whatever waits becomes the next block. Nobody waits for company, and while one block is
 * on its way to the disk the next gathers. A block is durable before anyone hears of it.
 */
import { GridbookError } from '../../schema/errors.js';
import type { CommittedTransaction } from '../ledger.js';
import type { BlockFile } from './block-file.js';
import type { BlockStreams } from './block-stream.js';
import { commitHash, VALID } from './commit-hash.js';
import { committedTransaction } from './committed-block.js';
import { encodeConfiguration, IDENTITY_KIND, ORGANISATION_KIND } from './configuration.js';
import { envelopeBytes, writeEnvelope } from './envelope.js';
import { beginFrame, finishFrame } from './frame.js';
import type { SigningIdentity } from './identity.js';
import type { Notice } from './notice.js';
import type { Roster } from './roster.js';
import type { State } from './state.js';
import type { TipWriter } from './tip.js';
import type { PreparedTransaction } from './transaction.js';
import { validate } from './validation.js';
import { ByteWriter } from './wire.js';

/** Bytes of transactions in one block, a single larger one excepted. */
const BLOCK_BYTES = 8 * 1024 * 1024;

interface Waiting {
  readonly transaction: PreparedTransaction;
  readonly resolve: (committed: CommittedTransaction) => void;
  readonly reject: (error: Error) => void;
}

export interface OrdererParts {
  readonly file: BlockFile;
  readonly tip: TipWriter;
  readonly roster: Roster;
  readonly node: SigningIdentity;
  readonly streams: BlockStreams;
  readonly state: () => State;
  readonly notice: (notice: Notice) => void;
}

export class Orderer {
  private waiting: Waiting[] = [];
  private running: Promise<void> | undefined;
  private refused = false;
  private readonly writer = new ByteWriter(256 * 1024);

  constructor(private readonly parts: OrdererParts) {}

  /** Puts a transaction into the next block; answers when the block is durable. */
  order(transaction: PreparedTransaction): Promise<CommittedTransaction> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ transaction, resolve, reject });
      this.running ??= this.run();
    });
  }

  /** Waits until nothing is in hand. */
  async idle(): Promise<void> {
    while (this.running) await this.running;
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.cut();
      try {
        await this.commit(batch);
        this.refused = false;
      } catch (error) {
        this.report(error as Error);
        const refusal = new GridbookError('LEDGER_UNAVAILABLE', undefined, { cause: error });
        for (const { reject } of batch) reject(refusal);
      }
    }
    this.running = undefined;
  }

  private cut(): Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < this.waiting.length) {
      bytes += envelopeBytes(this.waiting[count].transaction);
      if (count > 0 && bytes > BLOCK_BYTES) break;
      count++;
    }
    return this.waiting.splice(0, count);
  }

  private async commit(batch: readonly Waiting[]): Promise<void> {
    const { file, tip, roster, streams } = this.parts;
    const state = this.parts.state();
    await state.room();
    if (state.failure) throw state.failure;
    const transactions = batch.map(({ transaction }) => transaction);
    const number = file.height;
    const previousHash = file.headerHash;
    const filter = validate(number, transactions, (key) => state.get(key));
    const applied = transactions
      .map(({ writes }, index) => ({ index, writes }))
      .filter(({ index }) => filter[index] === VALID);
    const before = state.before(applied);

    beginFrame(this.writer);
    const configuration = this.introductions(transactions);
    this.writer.raw(configuration);
    for (const transaction of transactions) writeEnvelope(this.writer, transaction);
    const hash = commitHash(filter, (index) => transactions[index].writes, file.commitHash);
    const metadata = { filter, configurationBytes: configuration.length, commitHash: hash };
    const { headerHash, dataHash } = finishFrame(this.writer, number, previousHash, metadata);
    await file.append(this.writer.view(), headerHash, hash);

    // From here on it is durable: nothing below may fail it.
    const size = this.writer.length;
    this.writer.reset(2 * BLOCK_BYTES);
    roster.add(configuration);
    this.witness(tip, number + 1, headerHash);
    state.apply({ number, headerHash, commitHash: hash }, applied, before);
    const committed = transactions.map((t, index) =>
      committedTransaction(t, t.transactionId, t.signer, number, index, filter[index] === VALID),
    );
    streams.publish({ number, headerHash, previousHash, dataHash, size, transactions: committed });
    batch.forEach(({ resolve, reject }, index) => {
      if (committed[index].valid) resolve(committed[index]);
      else reject(new GridbookError('MVCC_CONFLICT'));
    });
  }

  /** Configuration envelopes for organisations and identities that the file does not know yet. */
  private introductions(transactions: readonly PreparedTransaction[]): Buffer {
    const { roster, node } = this.parts;
    const made: Buffer[] = [];
    const organisations = new Set<string>();
    const identities = new Set<string>();
    for (const { signer } of transactions) {
      const { organisation, reference, serialized, authorityDer } = signer;
      const name = reference.toString('hex');
      if (roster.has(reference) || identities.has(name)) continue;
      if (!roster.organisations.has(organisation) && !organisations.has(organisation)) {
        const facts = { kind: ORGANISATION_KIND, organisation, authorityDer } as const;
        made.push(encodeConfiguration(facts, roster.ledgerId, node.privateKey));
        organisations.add(organisation);
      }
      made.push(encodeConfiguration({ kind: IDENTITY_KIND, serialized }, roster.ledgerId, node.privateKey));
      identities.add(name);
    }
    return Buffer.concat(made);
  }

  private witness(tip: TipWriter, height: number, headerHash: Buffer): void {
    try {
      tip.write({ height, headerHash });
    } catch (error) {
      this.report(error as Error);
    }
  }

  private report(error: Error): void {
    if (this.refused) return;
    this.refused = true;
    this.parts.notice({
      code: 'DISK_REFUSES',
      message: `Transactions are refused for now: ${error.message}`,
    });
  }
}
