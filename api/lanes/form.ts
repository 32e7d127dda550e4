/** Checks a command's form before it is queued: what the ledger would refuse for its form never costs a transaction. */
import { toWire, isWireValue, type Fields } from '../../schema/fields.js';
import type { CommandInput } from '../../schema/command.js';
import { Refusal } from '../../schema/errors.js';

/** Refuses with INVALID_INPUT and the name of the first field that is not of its form. */
export function assertForm({ shape, args }: CommandInput): void {
  checkFields(shape.fields, args);
  if (!shape.rows) return;
  const rows = args.rows as Record<string, unknown[]> | undefined;
  const names = Object.keys(shape.rows);
  const count = rows?.[names[0]]?.length ?? 0;
  if (!rows || count === 0 || count > (shape.maxRows ?? 0)) throw new Refusal('INVALID_INPUT', 'rows');
  for (const name of names) {
    if (!Array.isArray(rows[name]) || rows[name].length !== count) throw new Refusal('INVALID_INPUT', 'rows');
    const of = shape.rows[name];
    const bad = rows[name].findIndex((value) => !isWireValue(of, toWire(of, value)));
    if (bad >= 0) throw new Refusal('INVALID_INPUT', `${name}.${bad}`);
  }
}

function checkFields(fields: Fields, args: Readonly<Record<string, unknown>>): void {
  for (const name in fields) {
    const of = fields[name];
    const value = args[name];
    const isGood =
      of.kind === 'integer'
        ? Number.isSafeInteger(value) && (value as number) >= of.min && (value as number) <= of.max
        : (value !== undefined || of.kind === 'optional') && isWireValue(of, toWire(of, value));
    if (!isGood) throw new Refusal('INVALID_INPUT', name);
  }
}
