/** A snapshot's state beside what the blocks give: nothing more, nothing less, nothing else. */
import { afterAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jspb from 'google-protobuf';
import { requireState } from '../../network/fabric/snapshot-proof.js';
import { placeOf } from '../../network/fabric/write-sets.js';

const folder = mkdtempSync(join(tmpdir(), 'gridbook-snapshot-proof-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Entry {
  readonly key: string;
  readonly value?: string;
  readonly more?: string;
  readonly block?: number;
}

/** A file as peers write it: its format, then parts with their lengths, all of them short here. */
function write(entries: readonly Entry[]): void {
  const records = entries.map(({ key, value = 'value', more, block = 7 }) => {
    const record = new jspb.BinaryWriter();
    record.writeBytes(1, Buffer.from(key));
    record.writeBytes(2, Buffer.from(value));
    if (more) record.writeBytes(3, Buffer.from(more));
    record.writeBytes(4, Buffer.of(1, block, 0));
    return Buffer.from(record.getResultBuffer());
  });
  const part = (bytes: Buffer): Buffer => Buffer.concat([Buffer.of(bytes.length), bytes]);
  writeFileSync(join(folder, 'public_state.data'), Buffer.concat([Buffer.of(1), ...records.map(part)]));
  const counts = [Buffer.of(1, 1), part(Buffer.from('gridbook')), Buffer.of(entries.length)];
  writeFileSync(join(folder, 'public_state.metadata'), Buffer.concat(counts));
}

const known = new Map(
  ['a', 'b'].map((key) => [
    placeOf('gridbook', '', Buffer.from(key)),
    { value: Buffer.from('value'), version: { block: 7, index: 0 } },
  ]),
);
const proven = { size: known.size, at: (place: string) => known.get(place) };

test('what is as the blocks give it is counted', () => {
  write([{ key: 'a' }, { key: 'b' }]);
  expect(requireState(folder, proven)).toBe(2);
});

test.each<[string, Entry[]]>([
  ['another value', [{ key: 'a' }, { key: 'b', value: 'other' }]],
  ['another place of its transaction', [{ key: 'a' }, { key: 'b', block: 8 }]],
  ['a key that stands twice where another is missing', [{ key: 'a' }, { key: 'a' }]],
  ['a rule of its own for who endorses a key', [{ key: 'a' }, { key: 'b', more: 'rule' }]],
  ['a missing key', [{ key: 'a' }]],
  ['one key more', [{ key: 'a' }, { key: 'b' }, { key: 'c' }]],
])('%s is refused', (_, entries) => {
  write(entries);
  expect(() => requireState(folder, proven)).toThrow(/forged or damaged/);
});
