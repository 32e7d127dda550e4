/** Node ids: opaque to clients; base64url of kind, lane and numbers, in one canonical form. */
import { REF_KINDS, type RefKind } from '../schema/fields.js';
import { isRecordId } from '../schema/ids.js';

/** Kinds of nodes: records with a number, and what is derived from them. */
export const NODE_KINDS = [...REF_KINDS, 'Run', 'Trade', 'Transaction'] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

export interface NodeId {
  readonly kind: NodeKind;
  readonly lane: string;
  readonly parts: readonly string[];
}

const PART = /^[0-9a-f]{1,64}$/;

export const encodeNodeId = (kind: NodeKind, lane: string, ...parts: readonly (string | number)[]): string =>
  Buffer.from([kind, lane, ...parts].join(':')).toString('base64url');

/** Reads an id; undefined where it is none, or not in its canonical form. */
export function decodeNodeId(id: string): NodeId | undefined {
  if (id.length > 300) return undefined;
  const [kind, lane, ...parts] = Buffer.from(id, 'base64url').toString().split(':');
  if (!(NODE_KINDS as readonly string[]).includes(kind)) return undefined;
  if (lane === undefined || (lane !== '' && !isRecordId(lane)) || parts.length === 0 || parts.length > 3)
    return undefined;
  if (!parts.every((part) => PART.test(part)) || encodeNodeId(kind as NodeKind, lane, ...parts) !== id)
    return undefined;
  return { kind: kind as NodeKind, lane, parts };
}

/** Lane and number of a record's id; undefined where it is the id of something else. */
export function decodeRef(kind: RefKind, id: string): { lane: string; number: number } | undefined {
  const found = decodeNodeId(id);
  if (found?.kind !== kind || found.parts.length !== 1 || !/^[1-9]\d{0,12}$/.test(found.parts[0]))
    return undefined;
  return { lane: found.lane, number: Number(found.parts[0]) };
}
