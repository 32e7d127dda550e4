/**
 * Proves the blocks of a channel as a peer gives them, from the first one on: every link and data hash, the orderers'
 * signatures, every creator and endorsement up to the organisations' authorities, which transactions came too late, and
 * the hash that peers keep of all that was changed.
 */
import { createHash } from 'node:crypto';
import { common, peer } from '@hyperledger/fabric-protos';
import { LedgerFileError, LedgerVerificationError } from '../embedded/errors.js';
import { StateDigest } from '../embedded/state-digest.js';
import type { VerificationReport } from '../embedded/verify.js';
import { isHistoryKey } from '../../schema/contract.js';
import { headerDer, sha256 } from '../x509/der.js';
import { commitHash, type LastWrite } from './commit-hash.js';
import { UncheckableError } from './errors.js';
import { CHAINCODE } from './plan.js';
import { isSignedBy, Trust } from './trust.js';
import { configurationIn, openEnvelope, verifyTransaction } from './verify-envelope.js';
import { placeOf, type KeyVersion, type ReadEntry } from './write-sets.js';

const { VALID, MVCC_READ_CONFLICT } = peer.TxValidationCode;
const { SIGNATURES, TRANSACTIONS_FILTER, COMMIT_HASH } = common.BlockMetadataIndex;
const NOTHING = new Uint8Array(0);
/** Where peers keep the channel's configuration. */
const CONFIGURATION = placeOf('', '', Buffer.from('CHANNEL_CONFIG_ENV_BYTES'));

/** What was found to hold: of all chaincodes' transactions, and of the state of Gridbook's. */
export type ChannelReport = Omit<VerificationReport, 'store'>;

export class ChannelVerification {
  private readonly versions = new Map<string, KeyVersion>();
  /** By place; of private keys the hashes. */
  private readonly state = new Map<string, Uint8Array>();
  private readonly ids = new Set<string>();
  private trust: Trust | undefined;
  private height = 0;
  private previousHash: Buffer = Buffer.alloc(0);
  private previousCommit: Buffer = Buffer.alloc(0);
  private ledgerId = '';
  private transactions = 0;
  private invalid = 0;
  private bytes = 0;

  /** Takes the next block; throws a `LedgerVerificationError` that names the first difference. */
  take(block: common.Block): void {
    const number = this.height;
    try {
      this.verifyBlock(block);
    } catch (error) {
      if (error instanceof LedgerFileError && error.place.block !== undefined) throw error;
      if (error instanceof UncheckableError) throw error;
      const message = error instanceof LedgerFileError ? error.message : 'a block is not of its form';
      throw new LedgerVerificationError(message, { block: number }, { cause: error });
    }
  }

  report(): ChannelReport {
    const digest = new StateDigest();
    const prefix = placeOf(CHAINCODE, '', NOTHING);
    const keys = [...this.state.keys()]
      .filter((place) => place.startsWith(prefix))
      .map((place) => Buffer.from(place.slice(prefix.length), 'latin1'))
      .filter((key) => !isHistoryKey(key.toString()))
      .sort((a, b) => a.compare(b));
    for (const key of keys)
      digest.add(key.toString(), this.state.get(placeOf(CHAINCODE, '', key)) ?? NOTHING);
    return {
      ...{ ledgerId: this.ledgerId, height: this.height, bytes: this.bytes },
      ...{ transactions: this.transactions, invalid: this.invalid },
      organisations: this.trust?.organisations ?? [],
      headerHash: this.previousHash.toString('hex'),
      commitHash: this.previousCommit.toString('hex'),
      stateDigest: digest.hex(),
    };
  }

  /** Keys of all chaincodes that have a value. */
  get size(): number {
    return this.state.size;
  }

  /** What stands at a place, and since which transaction; undefined where nothing does. */
  at(place: string): { readonly value: Uint8Array; readonly version: KeyVersion } | undefined {
    const [value, version] = [this.state.get(place), this.versions.get(place)];
    return value && version ? { value, version } : undefined;
  }

  private verifyBlock(block: common.Block): void {
    const header = block.getHeader();
    const envelopes = block.getData()?.getDataList_asU8() ?? [];
    const metadata = block.getMetadata()?.getMetadataList_asU8() ?? [];
    const number = header?.getNumber() ?? -1;
    if (number !== this.height) fail('a block is missing');
    if (!this.previousHash.equals(header?.getPreviousHash_asU8() ?? NOTHING))
      fail('a block does not follow the one before it');
    const dataHash = envelopes.reduce((hash, bytes) => hash.update(bytes), createHash('sha256')).digest();
    if (!dataHash.equals(header?.getDataHash_asU8() ?? NOTHING)) fail('the data hash is wrong');
    const der = headerDer(number, this.previousHash, dataHash);
    // The first block is the channel's foundation: whoever takes part has agreed to it.
    if (this.trust) verifyOrderers(metadata[SIGNATURES] ?? NOTHING, der, this.trust);
    const filter = metadata[TRANSACTIONS_FILTER] ?? NOTHING;
    if (number > 0 && filter.length !== envelopes.length) fail('a transaction has no validation code');
    const changed = new Map<string, LastWrite>();
    envelopes.forEach((bytes, index) =>
      this.envelope(bytes, filter[index] ?? VALID, { block: number, index }, changed),
    );
    this.commit(number, filter, changed, metadata[COMMIT_HASH] ?? NOTHING);
    this.previousHash = sha256(der);
    if (number === 0) this.ledgerId = this.previousHash.toString('hex');
    this.height++;
  }

  private envelope(bytes: Uint8Array, code: number, at: KeyVersion, changed: Map<string, LastWrite>): void {
    this.bytes += bytes.length;
    // What another code says of an envelope may be a copy or a forgery: it changes nothing.
    if (code !== VALID && code !== MVCC_READ_CONFLICT) {
      this.transactions++;
      this.invalid++;
      return;
    }
    const place = { block: at.block, transaction: at.index };
    try {
      const open = openEnvelope(bytes);
      const configuration = configurationIn(open);
      if (configuration) {
        this.trust = new Trust(configuration);
        // Peers keep it among the rest; it is no part of the commit hash.
        this.keep(CONFIGURATION, open.payload.getData_asU8(), at);
        return;
      }
      if (!this.trust) fail('the channel has no configuration');
      this.transactions++;
      const { transactionId, sets } = verifyTransaction(open, this.trust, CHAINCODE);
      // All of it: half of one is soon found twice by whoever looks for it.
      const id = Buffer.from(transactionId, 'hex').toString('latin1');
      if (this.ids.has(id)) fail('a transaction id stands twice');
      this.ids.add(id);
      const isLate = sets.reads.some((read) => this.isStale(read));
      if (!sets.hasRanges && isLate !== (code !== VALID)) fail('a validation code is wrong');
      if (code !== VALID) this.invalid++;
      else for (const write of sets.writes) this.write({ ...write, version: at }, changed);
    } catch (error) {
      if (!(error instanceof LedgerFileError)) throw error;
      throw new LedgerVerificationError(error.message, place, { cause: error });
    }
  }

  private isStale({ place, version }: ReadEntry): boolean {
    const now = this.versions.get(place);
    return now?.block !== version?.block || now?.index !== version?.index;
  }

  private write(write: LastWrite, changed: Map<string, LastWrite>): void {
    const { place, value, version } = write;
    changed.set(place, write);
    this.keep(place, value, version);
  }

  private keep(place: string, value: Uint8Array | undefined, version: KeyVersion): void {
    if (value) {
      this.state.set(place, value);
      this.versions.set(place, version);
    } else {
      this.state.delete(place);
      this.versions.delete(place);
    }
  }

  /** Peers begin it with the block after the first. */
  private commit(
    number: number,
    filter: Uint8Array,
    changed: ReadonlyMap<string, LastWrite>,
    stored: Uint8Array,
  ): void {
    if (number === 0) return;
    this.previousCommit = commitHash(filter, changed.values(), this.previousCommit);
    const value = common.Metadata.deserializeBinary(stored).getValue_asU8();
    if (!this.previousCommit.equals(value)) fail('the commit hash is wrong');
  }
}

/** An orderer's signature covers the metadata's value, its own header, and the block's header. */
function verifyOrderers(bytes: Uint8Array, headerBytes: Uint8Array, trust: Trust): void {
  if (trust.isByzantine)
    throw new UncheckableError(
      'the channel cannot be checked: its orderers agree by BFT, and this version does not verify yet how they sign',
    );
  const metadata = common.Metadata.deserializeBinary(bytes);
  for (const signature of metadata.getSignaturesList()) {
    const header = signature.getSignatureHeader_asU8();
    const signer = trust.signer(common.SignatureHeader.deserializeBinary(header).getCreator_asU8());
    if (!trust.isOrderer(signer)) continue;
    const signed = Buffer.concat([metadata.getValue_asU8(), header, headerBytes]);
    if (isSignedBy(signer, signed, signature.getSignature_asU8())) return;
  }
  fail('no orderer of the channel signed the block');
}

function fail(message: string): never {
  throw new LedgerVerificationError(message);
}
