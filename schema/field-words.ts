/**
 * What a field takes, in words: one wording for the descriptions that clients read beforehand and for the refusals that
 * they read afterwards. Derived from what the field is checked by.
 */
import type { Field, IntegerField, TextField } from './fields.js';

/** At the edge, where a key is a UUID. */
export const KEY_WORDS = 'a UUID of version 7 (RFC 9562)';

/** Range, length and alphabet of a field, without a full stop: “1 to 24 items”, “a whole number from 0 to 9”. */
export function wordsOf(of: Field): string {
  switch (of.kind) {
    case 'integer':
      return integerWords(of);
    case 'text':
      return textWords(of);
    case 'choice':
      return `one of ${of.values.join(', ')}`;
    case 'boolean':
      return 'true or false';
    case 'optional':
      return wordsOf(of.of);
    case 'list':
      return of.of.kind === 'record'
        ? `at most ${of.max} items`
        : `at most ${of.max} items, each ${wordsOf(of.of)}`;
    case 'record':
      return 'an object with its fields';
  }
}

/** How many rows a table takes. */
export const rowsWords = (most: number): string => `1 to ${most} rows`;

/** How an id is written, of a record or of an organisation. */
export const idWords = (mostCharacters: number): string =>
  `1 to ${mostCharacters} characters of A–Z, a–z, 0–9, dot, dash and underline, of which the first is a letter or digit`;

function integerWords({ ref, edge, unit, min, max }: IntegerField): string {
  if (ref) return `the node id of a record of the kind ${ref}`;
  if (edge === 'instant')
    return `an instant from ${new Date(min).toISOString()} to ${new Date(max).toISOString()}`;
  return `a whole number${edge === 'amount' ? ` of ${unit}` : ''} from ${min} to ${max}`;
}

function textWords({ id, form, maxLength }: TextField): string {
  if (id) return idWords(maxLength);
  if (form === 'timeZone') return 'the name of a time zone, such as Australia/Perth';
  return (
    `1 to ${maxLength} characters in composed form (NFC), not blanks alone, without line breaks, control characters ` +
    'or what turns the direction of writing'
  );
}
