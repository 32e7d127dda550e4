/** What all nodes have: an opaque id. */
import { Field, ID, InterfaceType } from 'type-graphql';
import { encodeNodeId, type NodeKind } from '../node-id.js';
import { text, type Row } from './row.js';

@InterfaceType('Node', {
  description: 'Anything that can be looked up by its id.',
  resolveType: (value: Node) => value.kind,
})
export abstract class Node {
  /** Name of the type, which is the kind in its id. */
  abstract readonly kind: NodeKind;

  constructor(readonly row: Row) {}

  /** What stands behind the lane in the id. */
  protected parts(): readonly string[] {
    return [text(this.row, 'number')];
  }

  // Made when it is asked for: most rows of a long list never are.
  @Field(() => ID, { description: 'Opaque id, stable for ever.' })
  get id(): string {
    return encodeNodeId(this.kind, this.lane, ...this.parts());
  }

  get lane(): string {
    return text(this.row, 'lane');
  }
}
