/**
 * Node ids: opaque to clients; base64url of kind, lane and numbers. A record has one id and no other: whatever is not
 * in the canonical form is the id of nothing.
 */
import { REF_KINDS, type RefKind } from '../schema/fields.js';
import { isRecordId } from '../schema/ids.js';

/** Kinds of nodes, each the name of its type: records with a number, and what is derived from them. */
export const NODE_KINDS = [
  ...REF_KINDS,
  'SettlementRun',
  'Position',
  'Reading',
  'Trade',
  'Transaction',
] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

export interface NodeId {
  readonly kind: NodeKind;
  readonly lane: string;
  readonly parts: readonly string[];
}

/** A number that the ledger gave, from 1. */
const NUMBER = /^[1-9]\d{0,12}$/;
/** An instant in ms since 1970. */
const INSTANT = /^(0|[1-9]\d{0,14})$/;
/** A count from 0: of a run, of a revision. */
const COUNT = /^(0|[1-9]\d{0,8})$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** What stands behind the lane, by kind; a record has its number. */
const PARTS: Readonly<Partial<Record<NodeKind, readonly RegExp[]>>> = {
  // Market, start, run.
  SettlementRun: [NUMBER, INSTANT, COUNT],
  // Market, connection, start, run.
  Position: [NUMBER, NUMBER, INSTANT, COUNT],
  // Connection, start, revision.
  Reading: [NUMBER, INSTANT, COUNT],
  Trade: [SHA256],
  Transaction: [SHA256],
};
const RECORD_PARTS: readonly RegExp[] = [NUMBER];
const MOST_CHARACTERS = 300;

export const encodeNodeId = (kind: NodeKind, lane: string, ...parts: readonly (string | number)[]): string =>
  Buffer.from([kind, lane, ...parts].join(':')).toString('base64url');

const isNodeKind = (kind: string): kind is NodeKind => (NODE_KINDS as readonly string[]).includes(kind);

/** Reads an id; undefined where it is none, or not in its canonical form. */
export function decodeNodeId(id: string): NodeId | undefined {
  if (id.length > MOST_CHARACTERS) return undefined;
  const [kind, lane, ...parts] = Buffer.from(id, 'base64url').toString().split(':');
  if (!isNodeKind(kind) || lane === undefined || !isRecordId(lane)) return undefined;
  const forms = PARTS[kind] ?? RECORD_PARTS;
  if (parts.length !== forms.length || !forms.every((form, i) => form.test(parts[i]))) return undefined;
  // Base64url can be written in more ways than one; only one of them is an id.
  return encodeNodeId(kind, lane, ...parts) === id ? { kind, lane, parts } : undefined;
}

/** Lane and number of a record's id; undefined where it is the id of something else. */
export function decodeRef(kind: RefKind, id: string): { lane: string; number: number } | undefined {
  const found = decodeNodeId(id);
  return found?.kind === kind ? { lane: found.lane, number: Number(found.parts[0]) } : undefined;
}

/** Whether a text is of the form of a trade's or a transaction's id. */
export const isSha256 = (text: string): boolean => SHA256.test(text);
