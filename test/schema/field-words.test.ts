/** What a field takes, in words that come from what it is checked by. */
import { expect, test } from '@jest/globals';
import { field, type Field } from '../../schema/fields.js';
import { wordsOf } from '../../schema/field-words.js';

const doc = 'x';
test.each<[Field, string]>([
  [field.positiveMicros(doc), 'a whole number of micros from 1 to 9007199254740991'],
  [field.energyWh(doc), 'a whole number of Wh from 0 to 4000000000'],
  [field.price(doc), 'a whole number of micros per MWh from -1000000000000 to 1000000000000'],
  [field.count(doc, 24), 'a whole number from 0 to 24'],
  [field.instant(doc), 'an instant from 1970-01-01T00:00:00.000Z to 9999-12-31T23:59:59.999Z'],
  [field.ref('Account', doc), 'the node id of a record of the kind Account'],
  [field.choice('Side', ['SELL', 'BUY'], doc), 'one of SELL, BUY'],
  [field.optional(field.energyWh(doc)), 'a whole number of Wh from 0 to 4000000000'],
  [field.list(field.count(doc, 9), 3), 'at most 3 items, each a whole number from 0 to 9'],
  [field.list(field.record('Line', { on: field.flag(doc) }, doc), 3), 'at most 3 items'],
  [field.timeZone(doc), 'the name of a time zone, such as Australia/Perth'],
])('%j', (of, words) => {
  expect(wordsOf(of)).toBe(words);
});

test('text and ids have their length and their alphabet', () => {
  expect(wordsOf(field.text(doc))).toMatch(/^1 to 200 characters .* without line breaks, control characters/);
  expect(wordsOf(field.text(doc, 3))).toMatch(/^1 to 3 characters/);
  expect(wordsOf(field.id(doc))).toMatch(/^1 to 64 characters of A–Z, a–z, 0–9, dot, dash and underline/);
});
