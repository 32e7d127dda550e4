/** Commands in bulk, given through the lanes; a refusal is a fault of the demonstration, never data. */
import { v7 } from 'uuid';
import type { IdentityRef } from '../../network/ledger.js';
import type { Args, CommandInput, CommandShape } from '../../schema/command.js';
import { keyFromUuid } from '../../schema/ids.js';
import type { Lanes } from '../lanes/lanes.js';
import type { CommandOutcome } from '../lanes/outcome.js';
import { OtherCommunityError, Recorded } from './recorded.js';

/** A command under a fresh key. Its amounts are plain numbers here; the lane checks each against its field. */
export function commandOf(shape: CommandShape, args: object, actor = 0): CommandInput {
  return { shape, key: keyFromUuid(v7()), actor, args: args as Record<string, unknown> };
}

/** The ledger refused what a community gives. */
export class CommandRefusedError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'CommandRefusedError';
  }
}

export class Giver {
  constructor(
    private readonly lanes: Lanes,
    readonly lane: string,
    /** What the lane was given before; none of it is given again. */
    private readonly recorded: Recorded = Recorded.none,
  ) {}

  /**
   * Gives commands of one kind in one go; answers the fields of each one's events. What comes after a command needs
   * its numbers, so that whatever the lane has must come before the first one that it has not.
   */
  async all<C extends CommandShape>(
    identity: IdentityRef,
    shape: C,
    list: readonly (Loose<Args<C>> & { actor?: number })[],
  ): Promise<Record<string, number>[]> {
    const commands = list.map(({ actor, ...args }) => commandOf(shape, args, actor));
    const before = commands.map((command) => this.recorded.take(command));
    const wanted = commands.filter((_, i) => before[i] === undefined);
    if (wanted.length > 0 && this.recorded.left > 0) {
      throw new OtherCommunityError(`what the lane ${this.lane} holds is not its beginning`);
    }
    const outcomes = await this.lanes.submitBatch(this.lane, identity, wanted);
    let next = 0;
    return before.map((numbers) => numbers ?? fieldsOf(shape.name, outcomes[next++]));
  }

  /** Gives commands whose numbers nobody needs, each where the lane has it not yet; answers how many there are. */
  async done<C extends CommandShape>(
    identity: IdentityRef,
    shape: C,
    list: readonly Loose<Args<C>>[],
  ): Promise<number> {
    const commands = list.map((args) => commandOf(shape, args));
    const wanted = commands.filter((command) => !this.recorded.take(command));
    const outcomes = await this.lanes.submitBatch(this.lane, identity, wanted);
    for (const outcome of outcomes) requireApplied(shape.name, outcome);
    return list.length;
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

function fieldsOf(name: string, outcome: CommandOutcome): Record<string, number> {
  requireApplied(name, outcome);
  return Object.assign({}, ...outcome.events.map((event) => event.fields)) as Record<string, number>;
}

function requireApplied(name: string, { refusal }: CommandOutcome): void {
  if (refusal) throw new CommandRefusedError(`${name} was refused: ${refusal.code} ${refusal.field}`.trim());
}
