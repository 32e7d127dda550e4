/** Postings of one transaction share rows; what is read of them is what was posted, one after the other. */
import { expect, test } from '@jest/globals';
import type { Changes } from '../../api/readmodel/changes.js';
import { Entries } from '../../api/readmodel/entries.js';

test('an account’s postings lie in rows of 64 at most, each of one command name and in order', () => {
  const rows: unknown[][] = [];
  const changes = { add: (...row: unknown[]) => void rows.push(row) };
  const entries = new Entries(changes as unknown as Changes);
  const post = (name: string, index: number, sequence: number, intervalStart: number | null): void => {
    const place = { lane: 'Brightwater', block: 7, position: 0, index, name };
    entries.add(place, { account: 3, sequence, amountMicros: -sequence, balance: 1_000, intervalStart });
  };
  for (let i = 0; i < 130; i++) post('sparkzTransfer', i, 11 + i, null);
  post('intervalSettle', 130, 141, 900_000);
  post('sparkzTransfer', 131, 142, null);
  expect(rows.map(([, , , first]) => first)).toEqual([11, 75, 139, 141]);
  entries.end();
  const shown = rows.map(
    ([table, lane, account, first, block, position, name, amounts, , indexes, starts]) => {
      const listed = String(amounts).slice(1, -1).split(',').map(Number);
      // −sequence was posted: each stands where its number says.
      expect(listed).toEqual(listed.map((_, i) => -(first as number) - i));
      expect([table, lane, account, block, position]).toEqual(['entry_set', 'Brightwater', 3, 7, 0]);
      return [name, first, listed.length, String(indexes).split(',').length, starts];
    },
  );
  expect(shown).toEqual([
    ['sparkzTransfer', 11, 64, 64, null],
    ['sparkzTransfer', 75, 64, 64, null],
    ['sparkzTransfer', 139, 2, 2, null],
    ['intervalSettle', 141, 1, 1, '{900000}'],
    ['sparkzTransfer', 142, 1, 1, null],
  ]);
});
