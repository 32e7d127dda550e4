/** What all nodes have: an opaque id. */
import { Field, ID, InterfaceType } from 'type-graphql';
import { encodeNodeId, type NodeKind } from '../node-id.js';
import type { Row } from './paging.js';

@InterfaceType('Node', {
  description: 'Anything that can be looked up by its id.',
  resolveType: (value: Node) => value.kind,
})
export abstract class Node {
  abstract readonly kind: NodeKind;

  @Field(() => ID, { description: 'Opaque id, stable for ever.' })
  readonly id: string;

  constructor(
    readonly row: Row,
    kind: NodeKind,
    ...parts: readonly (string | number)[]
  ) {
    this.id = encodeNodeId(kind, text(row, 'lane'), ...parts);
  }

  get lane(): string {
    return text(this.row, 'lane');
  }
}

export const text = (row: Row, column: string): string => row[column] as string;
export const textOrNull = (row: Row, column: string): string | null => (row[column] ?? null) as string | null;
export const integer = (row: Row, column: string): number => Number(row[column]);
