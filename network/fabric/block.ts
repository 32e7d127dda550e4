/** A block of the channel as the port gives it: Gridbook's transactions in it, and what they wrote. */
import { common, ledger, peer } from '@hyperledger/fabric-protos';
import { isHistoryKey } from '../../schema/contract.js';
import { isRecordId } from '../../schema/ids.js';
import { instant } from '../../schema/units.js';
import { readCertificate, type Holder } from '../embedded/certificate.js';
import type { CommittedBlock, CommittedTransaction } from '../ledger.js';
import { headerHash } from '../x509/der.js';
import { givenIn } from './invocation.js';
import { CHAINCODE } from './plan.js';
import { WireMessage } from './wire-message.js';

const { VALID, ENDORSEMENT_POLICY_FAILURE, MVCC_READ_CONFLICT, PHANTOM_READ_CONFLICT } =
  peer.TxValidationCode;
const { EXPIRED_CHAINCODE, INVALID_CHAINCODE } = peer.TxValidationCode;
/**
 * Codes of a transaction whose form, signature and id the peer found right before it refused it. What another code says
 * of an envelope may be a copy or a forgery, its id that of a transaction which stands: nothing in it is believed.
 */
const WELL_FORMED: ReadonlySet<number> = new Set([
  ...[VALID, ENDORSEMENT_POLICY_FAILURE, MVCC_READ_CONFLICT, PHANTOM_READ_CONFLICT],
  // Where the chaincode's definition changed under way.
  ...[EXPIRED_CHAINCODE, INVALID_CHAINCODE],
]);
// Numbers of fields, of messages that whoever makes a transaction writes.
const ENVELOPE = { payload: 1 };
const PAYLOAD = { header: 1, data: 2 };
const HEADER = { channel: 1, signature: 2 };
const CHANNEL_HEADER = { type: 1, timestamp: 3, txId: 5, extension: 7 };
const TIMESTAMP = { seconds: 1, nanos: 2 };
const SIGNATURE_HEADER = { creator: 1 };
const IDENTITY = { mspid: 1, idBytes: 2 };
const TRANSACTION = { actions: 1 };
const ACTION = { payload: 2 };
const ACTION_PAYLOAD = { proposal: 1, endorsed: 2 };
const ENDORSED = { answer: 1 };

const NOTHING = new Uint8Array(0);

interface Place {
  readonly block: number;
  readonly index: number;
}

/** What a valid transaction wrote, by key. */
export type Writes = readonly (readonly [key: string, value: Uint8Array])[];

export interface FabricTransaction extends CommittedTransaction {
  /** Fabric's validation code. */
  readonly code: number;
  readonly isRecorded: boolean;
  /** Keys that it read, ascending; empty where it was not valid. */
  readonly reads: readonly string[];
  readonly writes: Writes;
}
export interface FabricBlock extends CommittedBlock {
  readonly transactions: readonly FabricTransaction[];
  /** Whether it changed the channel's configuration. */
  readonly isConfiguration: boolean;
}

/** Reads a block; transactions of the channel itself and of other chaincodes are no part of it. */
export function readBlock(block: common.Block, chaincode = CHAINCODE): FabricBlock {
  const header = block.getHeader();
  if (!header) throw new Error('a block has no header');
  const number = header.getNumber();
  const previousHash = header.getPreviousHash_asU8();
  const dataHash = header.getDataHash_asU8();
  const codes = block.getMetadata()?.getMetadataList_asU8()[common.BlockMetadataIndex.TRANSACTIONS_FILTER];
  const envelopes = block.getData()?.getDataList_asU8() ?? [];
  const transactions = envelopes.flatMap(
    (bytes, index) =>
      transactionAt(bytes, chaincode, { block: number, index }, codes?.[index] ?? VALID) ?? [],
  );
  return {
    ...{ number, previousHash, dataHash, transactions },
    isConfiguration: envelopes.length === 1 && isConfiguration(envelopes[0]),
    headerHash: headerHash(number, previousHash, dataHash),
    size: envelopes.reduce((sum, bytes) => sum + bytes.length, 0),
  };
}

/**
 * The transaction of an id: the valid one, where others have its id too. Peers look for a second one only among those
 * that have passed all else.
 */
export function transactionOf(
  { transactions }: Pick<FabricBlock, 'transactions'>,
  transactionId: string,
): FabricTransaction | undefined {
  const found = transactions.filter((transaction) => transaction.transactionId === transactionId);
  return found.find(({ valid }) => valid) ?? found.at(0);
}

/** Orderers give a configuration a block of its own. */
function isConfiguration(bytes: Uint8Array): boolean {
  try {
    const payload = common.Payload.deserializeBinary(
      common.Envelope.deserializeBinary(bytes).getPayload_asU8(),
    );
    const header = payload.getHeader()?.getChannelHeader_asU8() ?? NOTHING;
    return common.ChannelHeader.deserializeBinary(header).getType() === common.HeaderType.CONFIG;
  } catch {
    return false;
  }
}

/** Anybody of the channel can have an envelope ordered: what peers did not find valid may hold anything. */
function transactionAt(
  bytes: Uint8Array,
  chaincode: string,
  place: Place,
  code: number,
): FabricTransaction | undefined {
  if (!WELL_FORMED.has(code)) return undefined;
  try {
    return readTransaction(bytes, chaincode, place, code);
  } catch (error) {
    if (code !== VALID) return undefined;
    const detail = error instanceof Error ? error.message : 'it is of no known form';
    throw new Error(`transaction ${place.index} of block ${place.block} cannot be read: ${detail}`, {
      cause: error,
    });
  }
}

function readTransaction(
  bytes: Uint8Array,
  chaincode: string,
  place: Place,
  code: number,
): FabricTransaction | undefined {
  const payload = new WireMessage(new WireMessage(bytes).bytes(ENVELOPE.payload));
  const header = payload.message(PAYLOAD.header);
  const channel = new WireMessage(header.bytes(HEADER.channel));
  if (channel.number(CHANNEL_HEADER.type, 32) !== common.HeaderType.ENDORSER_TRANSACTION) return undefined;
  const signature = new WireMessage(header.bytes(HEADER.signature));
  const [action] = new WireMessage(payload.bytes(PAYLOAD.data)).all(TRANSACTION.actions);
  const actionPayload = new WireMessage(new WireMessage(action).bytes(ACTION.payload));
  const given = givenIn(
    new WireMessage(channel.bytes(CHANNEL_HEADER.extension)),
    new WireMessage(actionPayload.bytes(ACTION_PAYLOAD.proposal)),
    chaincode,
  );
  if (!given) return undefined;
  const { args, recordedMs } = given;
  const { organisation, role } = creatorOf(signature.bytes(SIGNATURE_HEADER.creator));
  const outcome = outcomeOf(actionPayload);
  const valid = code === VALID;
  const time = channel.message(CHANNEL_HEADER.timestamp);
  // Rounded as the chaincode does.
  const signedMs =
    time.number(TIMESTAMP.seconds, 64) * 1000 + Math.trunc(time.number(TIMESTAMP.nanos, 32) / 1e6);
  return {
    ...{ transactionId: channel.text(CHANNEL_HEADER.txId), ...place, organisation, role, args, valid, code },
    time: instant(recordedMs ?? signedMs),
    isRecorded: recordedMs !== undefined,
    lane: laneOf(args),
    event: valid ? eventOf(outcome) : NOTHING,
    // Read when asked for: most who follow blocks do not.
    get reads() {
      return valid ? readsOf(outcome, chaincode) : [];
    },
    get writes() {
      return valid ? writesOf(outcome, chaincode) : [];
    },
  };
}

interface Creator {
  readonly organisation: string;
  readonly role: string;
}

/** A few make all transactions, and reading a certificate takes as long as the rest of one. */
const creators = new Map<string, Creator>();
const CREATORS = 1_000;
/** Anybody who may write can make a creator as long as a block; such are read each time, and kept nowhere. */
const CREATOR_BYTES = 8_192;

function creatorOf(bytes: Uint8Array): Creator {
  if (bytes.length > CREATOR_BYTES) return readCreator(bytes);
  const name = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  let creator = creators.get(name);
  if (!creator) {
    creator = readCreator(bytes);
    if (creators.size === CREATORS) creators.clear();
    creators.set(name, creator);
  }
  return creator;
}

function readCreator(bytes: Uint8Array): Creator {
  const identity = new WireMessage(bytes);
  const { role } = holderIn(Buffer.from(identity.bytes(IDENTITY.idBytes)));
  // An organisation's authority may write anything into an attribute.
  return { organisation: identity.text(IDENTITY.mspid), role: isRecordId(role) ? role : '' };
}

/** Peers and the chaincode take the first block of a PEM, whatever stands above its lines. */
function holderIn(pem: Buffer): Holder {
  try {
    return readCertificate(pem);
  } catch (error) {
    const [, block] = /-----BEGIN [^-]+-----([\s\S]*?)-----END/.exec(pem.toString()) ?? [];
    if (block === undefined) throw error;
    return readCertificate(Buffer.from(block.replace(/^.*:.*$/gm, ''), 'base64'));
  }
}

/** As far as a batch's lane may reach where Gridbook wrote it: its format number, then the lane's id. */
const HEAD_BYTES = 96;

/** The lane that a batch names, its second element; the rest, which is large, is read by whoever needs it. */
function laneOf(batch: Uint8Array): string {
  const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength);
  const lane = /^\[\d+,"([^"\\]*)"/.exec(bytes.toString('utf8', 0, HEAD_BYTES))?.[1] ?? spelledLane(bytes);
  if (typeof lane !== 'string' || !isRecordId(lane)) throw new Error('a batch names no lane');
  return lane;
}

/** The chaincode takes a batch in any spelling of JSON. */
function spelledLane(batch: Buffer): unknown {
  try {
    const value = JSON.parse(batch.toString()) as unknown;
    return Array.isArray(value) ? value[1] : undefined;
  } catch {
    return undefined;
  }
}

/** As its endorsers wrote it. */
function outcomeOf(payload: WireMessage): peer.ChaincodeAction {
  const response = peer.ProposalResponsePayload.deserializeBinary(
    payload.message(ACTION_PAYLOAD.endorsed).bytes(ENDORSED.answer),
  );
  return peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8());
}

/** The event's payload; empty where there is none. */
export const eventOf = (outcome: peer.ChaincodeAction): Uint8Array =>
  peer.ChaincodeEvent.deserializeBinary(outcome.getEvents_asU8()).getPayload_asU8();

/** Without a lane's record of its history: the rules know nothing of it. */
const readsOf = (outcome: peer.ChaincodeAction, chaincode: string): string[] =>
  (setOf(outcome, chaincode)?.getReadsList() ?? [])
    .map((read) => read.getKey())
    .filter((key) => !isHistoryKey(key));

function writesOf(outcome: peer.ChaincodeAction, chaincode: string): Writes {
  const writes = setOf(outcome, chaincode)?.getWritesList() ?? [];
  return writes
    .filter((write) => !isHistoryKey(write.getKey()))
    .map((write) => [write.getKey(), write.getValue_asU8()] as const);
}

/** What a transaction read and wrote of Gridbook's state. */
function setOf(outcome: peer.ChaincodeAction, chaincode: string): ledger.rwset.kvrwset.KVRWSet | undefined {
  const { rwset } = ledger;
  const sets = rwset.TxReadWriteSet.deserializeBinary(outcome.getResults_asU8()).getNsRwsetList();
  const ours = sets.find((set) => set.getNamespace() === chaincode);
  return ours && rwset.kvrwset.KVRWSet.deserializeBinary(ours.getRwset_asU8());
}
