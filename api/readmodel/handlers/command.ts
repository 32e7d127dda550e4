/** An applied command with its events, as the handlers of the projector see it. */
import type { EventView } from '../../../schema/read-event.js';
import type { Balances } from '../balances.js';
import type { Changes } from '../changes.js';
import type { Entries } from '../entries.js';
import type { Owners } from '../owners.js';

export interface AppliedCommand {
  readonly name: string;
  readonly lane: string;
  /** Organisation that signed the transaction. */
  readonly organisation: string;
  readonly block: number;
  /** Position of the transaction in its block. */
  readonly position: number;
  /** Index of the command in the transaction. */
  readonly index: number;
  readonly ledgerTimeMs: number;
  readonly actor: number;
  readonly args: Record<string, unknown>;
  readonly events: readonly EventView[];
}

export interface Projection {
  readonly changes: Changes;
  readonly balances: Balances;
  readonly owners: Owners;
  readonly entries: Entries;
  /** The next number of a receivable. */
  receivableId(): number;
}

export type Handler = (c: AppliedCommand, p: Projection) => void;

/** The event of this name that the command must have made. */
export function eventOf(c: AppliedCommand, name: string): EventView {
  const found = c.events.find((e) => e.shape.name === name);
  if (!found) throw new Error(`${c.name} without its event ${name}`);
  return found;
}

/** A field as number, text or null: shapes have been checked on the ledger. */
export const num = (record: Record<string, unknown>, field: string): number => record[field] as number;
export const text = (record: Record<string, unknown>, field: string): string => record[field] as string;
export const numOrNull = (record: Record<string, unknown>, field: string): number | null =>
  record[field] as number | null;
