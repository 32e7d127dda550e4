/** The table of commands: shape, authority and rule of each; a command without authority cannot be registered (A1). */
import type { Json } from '../../schema/canonical.js';
import type { Args, CommandShape, EventShape, Role } from '../../schema/command.js';
import type { ValueOf, ValuesOf } from '../../schema/fields.js';
import type { Accounts } from './accounts.js';
import { assertAuthority, type Authority } from './authority.js';
import type { Directory } from './directory.js';
import type { Records } from './records.js';
import type { Creator } from './state-port.js';

/** What a rule may use: nothing else reaches a command. */
export interface Context {
  readonly records: Records;
  readonly accounts: Accounts;
  /** Names of this lane. */
  readonly names: Directory;
  /** Names that are unique on the whole channel. */
  readonly channelNames: Directory;
  readonly creator: Creator;
  /** Number of the creator's organisation in this lane. */
  readonly organisation: number;
  /** Participant number that acts; 0 where the organisation itself acts. */
  readonly actor: number;
  /** Role in which it acts: PARTICIPANT where a participant acts, else the certificate's. */
  readonly role: string;
  /** The command's key. */
  readonly key: string;
  readonly ledgerTimeMs: number;
  readonly transactionId: string;
  /** Gives the next number of a counter of this lane, from 1; with `count`, the first of that many in a row. */
  next(counter: string, count?: number): number;
  /** Number of an organisation that is admitted to the lane in a role; undefined where it is not. */
  numberIn(organisation: string, role: Role): number | undefined;
  /** How many organisations are admitted in a role. */
  countIn(role: Role): number;
  /** Admits an organisation in a role, or ends that. */
  setRole(organisation: string, role: Role, admitted: boolean): void;
  /** Adds an event of this command. */
  emit<R, T>(
    shape: Pick<EventShape, 'name' | 'doc'> & { readonly fields: R; readonly rows?: T },
    fields: ValuesOf<NoInfer<R>>,
    rows?: { [K in keyof NoInfer<T>]: ValueOf<NoInfer<T>[K]>[] },
  ): void;
}

export interface CommandRule {
  readonly shape: CommandShape;
  readonly authority: Authority;
  readonly apply: (context: Context, args: never) => void;
  /** Field names in wire order; kept here so that no command computes them. */
  readonly fieldNames: readonly string[];
}

/** Binds a rule to its command. */
export function rule<C extends CommandShape>(
  shape: C,
  authority: Authority,
  apply: (context: Context, args: Args<C>) => void,
): CommandRule {
  return {
    shape,
    authority,
    apply: apply as unknown as CommandRule['apply'],
    fieldNames: Object.keys(shape.fields),
  };
}

export class Registry {
  readonly rules = new Map<string, CommandRule>();
  readonly shapes = new Map<string, CommandShape>();

  constructor(rules: readonly CommandRule[]) {
    for (const entry of rules) {
      const { name } = entry.shape;
      if (this.rules.has(name)) throw new Error(`command ${name} is registered twice`);
      assertAuthority(name, entry.authority, entry.fieldNames);
      this.rules.set(name, entry);
      this.shapes.set(name, entry.shape);
    }
  }
}

export type WireValues = readonly Json[];
