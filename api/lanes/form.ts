/** Checks a command's form before it is queued: what the ledger would refuse for its form never costs a transaction. */
import { isWireValue, type Field, type Fields } from '../../schema/fields.js';
import type { CommandInput } from '../../schema/command.js';
import { Refusal } from '../../schema/errors.js';
import { KEY_WORDS, rowsWords, wordsOf } from '../../schema/field-words.js';
import { KEY_LENGTH, keyTimeAt } from '../../schema/ids.js';
import { LIMITS } from '../../schema/limits.js';
import { isTimeZone } from '../time-zone.js';
import { FormRefusal } from './form-refusal.js';
import { exactBytes, roughBytes } from './size.js';

/**
 * Refuses with INVALID_INPUT and the name of the first field that is not of its form, or with COMMAND_TOO_LARGE.
 * Answers about how many bytes the command adds to a transaction.
 */
export function assertForm(command: CommandInput): number {
  const { shape, key, actor, args } = command;
  // One key that is none would spoil the whole transaction, with the commands of others in it.
  if (key.length !== KEY_LENGTH || keyTimeAt(key, 0) < 0) throw new FormRefusal('idempotencyKey', KEY_WORDS);
  if (!Number.isSafeInteger(actor) || actor < 0) throw new Refusal('INVALID_INPUT', 'actor');
  checkFields(shape.fields, args);
  if (shape.rows) checkRows(shape.rows, args.rows, shape.maxRows ?? 0);
  const bytes = roughBytes(command);
  if (bytes > LIMITS.commandBytes && exactBytes(command) > LIMITS.commandBytes)
    throw new Refusal('COMMAND_TOO_LARGE');
  return bytes;
}

function checkFields(fields: Fields, args: Readonly<Record<string, unknown>>): void {
  for (const name in fields) {
    const of = fields[name];
    const value = args[name];
    const isGiven = value !== undefined || of.kind === 'optional';
    if (!isGiven || !isOfField(of, value)) throw misfit(of, value, name);
  }
}

function checkRows(columns: Fields, given: unknown, maxRows: number): void {
  const rows = given as Readonly<Record<string, unknown[] | undefined>> | undefined;
  const names = Object.keys(columns);
  const count = rows?.[names[0]]?.length ?? 0;
  if (count === 0 || count > maxRows) throw new FormRefusal('rows', rowsWords(maxRows));
  for (const name of names) {
    const column = rows?.[name];
    if (!Array.isArray(column) || column.length !== count)
      throw new FormRefusal('rows', 'columns of one length');
    const bad = column.findIndex((value) => !isOfField(columns[name], value));
    if (bad >= 0) throw misfit(columns[name], column[bad], `${name}.${bad}`);
  }
}

function isOfField(of: Field, value: unknown): boolean {
  switch (of.kind) {
    case 'integer':
      return Number.isSafeInteger(value) && (value as number) >= of.min && (value as number) <= of.max;
    case 'choice':
      return of.values.includes(value as string);
    case 'list':
      return Array.isArray(value) && value.length <= of.max && value.every((item) => isOfField(of.of, item));
    case 'record':
      return typeof value === 'object' && value !== null && areOfFields(of.fields, value);
    case 'optional':
      return value === null || value === undefined || isOfField(of.of, value);
    case 'text':
      // The ledger takes blanks; a reason of nothing else is none (A3).
      return (
        isWireValue(of, value) &&
        (value as string).trim() !== '' &&
        (of.form !== 'timeZone' || isTimeZone(value as string))
      );
    case 'boolean':
      return isWireValue(of, value);
  }
}

function areOfFields(fields: Fields, values: object): boolean {
  return Object.entries(fields).every(([name, of]) =>
    isOfField(of, (values as Readonly<Record<string, unknown>>)[name]),
  );
}

/** The refusal of a field's value, in the words of the innermost part of it that does not fit. */
function misfit(of: Field, value: unknown, field: string, place = field): FormRefusal {
  if (of.kind === 'optional') return misfit(of.of, value, field, place);
  for (const [name, part, inner] of partsOf(of, value)) {
    if (!isOfField(part, inner)) return misfit(part, inner, field, `${place}.${name}`);
  }
  return new FormRefusal(field, wordsOf(of), place);
}

/** The items of a list that has as many as it may, the fields of a record: each with its name, definition and value. */
function partsOf(of: Field, value: unknown): [name: string, of: Field, value: unknown][] {
  if (of.kind === 'list' && Array.isArray(value) && value.length <= of.max)
    return value.map((item, i) => [String(i), of.of, item]);
  if (of.kind !== 'record' || typeof value !== 'object' || value === null) return [];
  const values = value as Readonly<Record<string, unknown>>;
  return Object.entries(of.fields).map(([name, part]) => [name, part, values[name]]);
}
