/**
 * Re-verifying a ledger from its files alone, read-only, also beside a process that writes them: every frame and link,
 * every signature up to the organisations' authorities, every validation code, the commit hashes, the state.
 */
import { BlockFile } from './block-file.js';
import { commitHash, VALID } from './commit-hash.js';
import { envelopesOf } from './committed-block.js';
import {
  endorsedBytes,
  payloadBytes,
  proposalDigest,
  responseDigest,
  transactionIdOf,
  type TransactionEnvelope,
} from './envelope.js';
import { LedgerFileError, LedgerVerificationError, type Place } from './errors.js';
import { HEAD_BYTES, type StoredBlock } from './frame.js';
import { authoritiesIn } from './identities.js';
import { layoutOf } from './layout.js';
import { Roster } from './roster.js';
import { verify } from '../x509/signature.js';
import { StateDigest } from './state-digest.js';
import { compareStore, type StoreComparison, type StoredValue } from './verify-store.js';
import { readTip } from './tip.js';
import { validate } from './validation.js';

export interface VerifyOptions {
  /** Hears after each block how many are done. */
  readonly progress?: (done: number, total: number) => void;
}

/** What was found to hold. */
export interface VerificationReport {
  readonly ledgerId: string;
  /** Number of blocks. */
  readonly height: number;
  readonly transactions: number;
  /** Transactions that stand in their block as not valid. */
  readonly invalid: number;
  /** Bytes of all blocks. */
  readonly bytes: number;
  readonly organisations: readonly string[];
  /** Header hash and commit hash of the last block, lower-case hex. */
  readonly headerHash: string;
  readonly commitHash: string;
  /** Digest of the state that the blocks give (state-digest.ts). */
  readonly stateDigest: string;
  /** How the state store compares with it. */
  readonly store: StoreComparison;
}

/** Verifies everything; throws a `LedgerFileError` that names the first difference. */
export async function verifyFiles(
  directory: string,
  options: VerifyOptions = {},
): Promise<VerificationReport> {
  const layout = layoutOf(directory);
  const tip = readTip(layout.tip);
  if (tip === 'damaged')
    throw new LedgerVerificationError('the witness of the last acknowledged block is damaged');
  const { file } = BlockFile.open(layout.blocks, tip, { readOnly: true });
  try {
    const check = new Verification(file, authoritiesIn(layout.identities));
    for (let number = 0; number < file.height; number++) {
      await check.block(number);
      options.progress?.(number + 1, file.height);
    }
    const store = await compareStore(layout, check.state, file.height);
    return { ...(await check.report()), store };
  } finally {
    file.close();
  }
}

class Verification {
  /** What each key holds after the blocks so far. */
  readonly state = new Map<string, StoredValue>();
  private readonly roster = new Roster();
  private readonly transactionIds = new Set<string>();
  private previousHash: Buffer = Buffer.alloc(0);
  private previousCommit: Buffer = Buffer.alloc(0);
  private transactions = 0;
  private invalid = 0;

  constructor(
    private readonly file: BlockFile,
    private readonly authorities: ReadonlyMap<string, Buffer>,
  ) {}

  async block(number: number): Promise<void> {
    try {
      this.verifyBlock(await this.file.read(number));
    } catch (error) {
      if (!(error instanceof LedgerFileError)) throw error;
      if (error.place.block !== undefined) throw error;
      throw new LedgerVerificationError(error.message, { block: number }, { cause: error });
    }
  }

  async report(): Promise<Omit<VerificationReport, 'store'>> {
    const digest = new StateDigest();
    const keys = [...this.state.keys()].map((key) => ({ key, bytes: Buffer.from(key) }));
    keys.sort((a, b) => a.bytes.compare(b.bytes));
    for (const { key } of keys) {
      const { position, length } = this.state.get(key)!;
      digest.add(key, await this.file.readBytes(position, length));
    }
    return {
      ledgerId: this.roster.ledgerId.toString('hex'),
      height: this.file.height,
      transactions: this.transactions,
      invalid: this.invalid,
      bytes: this.file.size,
      organisations: [...this.roster.organisations.keys()],
      headerHash: this.previousHash.toString('hex'),
      commitHash: this.previousCommit.toString('hex'),
      stateDigest: digest.hex(),
    };
  }

  private verifyBlock(block: StoredBlock): void {
    const { number } = block;
    if (!this.previousHash.equals(block.previousHash))
      fail('a block does not follow the one before it', { block: number });
    this.configuration(block);
    const envelopes = envelopesOf(block);
    envelopes.forEach((envelope, transaction) => this.signatures(envelope, { block: number, transaction }));
    const filter = validate(number, envelopes, (key) => this.state.get(key));
    filter.forEach((code, transaction) => {
      if (code !== block.filter[transaction])
        fail('a validation code is wrong', { block: number, transaction });
    });
    const hash = commitHash(filter, (index) => envelopes[index].writes, this.previousCommit);
    if (!hash.equals(block.commitHash)) fail('the commit hash is wrong', { block: number });
    envelopes.forEach((envelope, index) => {
      this.transactions++;
      if (filter[index] === VALID) this.apply(block, envelope, index);
      else this.invalid++;
    });
    this.previousHash = block.headerHash;
    this.previousCommit = hash;
  }

  private configuration(block: StoredBlock): void {
    const bytes = block.data.subarray(0, block.configurationBytes);
    this.roster.add(bytes);
    this.roster.verify(bytes);
    for (const [organisation, der] of this.roster.organisations) {
      if (this.authorities.get(organisation)?.equals(der)) continue;
      fail(`the authority of ${organisation} in the blocks is not the one in the identities`, {
        block: block.number,
      });
    }
  }

  private signatures(e: TransactionEnvelope, place: Place): void {
    const creator = this.roster.identity(e.creator);
    const endorser = this.roster.identity(e.endorser);
    const id = transactionIdOf(e.nonce, creator.serialized);
    // 64 bits tell a repeated id from a chance as well as all would.
    if (this.transactionIds.has(id.slice(0, 16))) fail('a transaction id stands twice', place);
    this.transactionIds.add(id.slice(0, 16));
    if (creator.holder.unit !== 'client') fail('the creator is not a client', place);
    if (!e.endorser.equals(this.roster.node)) fail('the endorser is not the node', place);
    const proposed = proposalDigest(this.roster.ledgerId, e);
    const answered = responseDigest(proposed, e);
    if (!verify(endorser.holder.publicKey, endorsedBytes(answered, e.endorser), e.endorsement)) {
      fail("the endorsement is not the node's signature of what the transaction read and wrote", place);
    }
    if (
      !verify(
        creator.holder.publicKey,
        payloadBytes(proposed, answered, e.endorser, e.endorsement),
        e.signature,
      )
    ) {
      fail('the signature is not that of the creator', place);
    }
  }

  private apply(block: StoredBlock, envelope: TransactionEnvelope, index: number): void {
    const start = this.file.offsetOf(block.number) + HEAD_BYTES - block.data.byteOffset;
    for (const { key, value, digest } of envelope.writes) {
      const position = start + value.byteOffset;
      this.state.set(key, { block: block.number, index, digest, position, length: value.length });
    }
  }
}

function fail(message: string, place: Place): never {
  throw new LedgerVerificationError(message, place);
}
