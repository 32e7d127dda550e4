/** Commands in bulk, given through the lanes; a refusal is a fault of the demonstration, never data. */
import { v7 } from 'uuid';
import type { IdentityRef } from '../../network/ledger.js';
import type { Args, CommandInput, CommandShape } from '../../schema/command.js';
import { keyFromUuid } from '../../schema/ids.js';
import type { Lanes } from '../lanes/lanes.js';
import type { CommandOutcome } from '../lanes/outcome.js';

/** A command under a fresh key. Its amounts are plain numbers here; the lane checks each against its field. */
export function commandOf(shape: CommandShape, args: object, actor = 0): CommandInput {
  return { shape, key: keyFromUuid(v7()), actor, args: args as Record<string, unknown> };
}

export class Giver {
  constructor(
    private readonly lanes: Lanes,
    readonly lane: string,
  ) {}

  /** Gives commands of one kind in one go; answers the fields of each one's events. */
  async all<C extends CommandShape>(
    identity: IdentityRef,
    shape: C,
    list: readonly (Loose<Args<C>> & { actor?: number })[],
  ): Promise<Record<string, number>[]> {
    const commands = list.map(({ actor, ...args }) => commandOf(shape, args, actor));
    const outcomes = await this.lanes.submitBatch(this.lane, identity, commands);
    return outcomes.map((outcome) => fieldsOf(shape.name, outcome));
  }

  async one<C extends CommandShape>(
    identity: IdentityRef,
    shape: C,
    args: Loose<Args<C>> & { actor?: number },
  ): Promise<Record<string, number>> {
    const [fields] = await this.all(identity, shape, [args]);
    return fields;
  }
}

/** Values without their units: branded numbers as plain ones. */
export type Loose<T> = T extends number
  ? number
  : T extends string | boolean | null
    ? T
    : T extends readonly (infer I)[]
      ? readonly Loose<I>[]
      : { [K in keyof T]: Loose<T[K]> };

function fieldsOf(name: string, { refusal, events }: CommandOutcome): Record<string, number> {
  if (refusal) throw new Error(`${name} was refused: ${refusal.code} ${refusal.field}`.trim());
  return Object.assign({}, ...events.map((event) => event.fields)) as Record<string, number>;
}
