/** Zipped meter files and how a file's form is told. */
import { describe, expect, test } from '@jest/globals';
import { MeterFileError } from '../../api/metering/errors.js';
import { readMeterFiles } from '../../api/metering/read-file.js';
import { bytes, day, LONG, nem12, register, rowsOf, same, zip } from './files.js';

const long = `${LONG}\nm1,2025-06-01T00:00:00Z,900,1,0,ACTUAL`;
const wide = 'time,a\n2025-06-01T00:00:00Z,1\n2025-06-01T00:15:00Z,2';
const market = Buffer.from(nem12(register('E1'), day(same('1')))).toString();

describe('the form of a file', () => {
  test('is told by its content', async () => {
    const files = await readMeterFiles(
      zip({ name: 'a', text: long }, { name: 'b', text: market }, { name: 'c', text: wide }),
      { wide: { unit: 'Wh', direction: 'import' } },
    );
    expect(files.map((file) => rowsOf(file).length)).toEqual([1, 48, 2]);
    expect(new Set(files.map((file) => file.source)).size).toBe(3);
  });
  test('a wide file without unit and direction is refused', async () => {
    await expect(readMeterFiles(bytes(wide))).rejects.toThrow('unit and direction');
  });
});

describe('an archive', () => {
  const refused = async (archive: Uint8Array, words: string): Promise<void> => {
    const error = await readMeterFiles(archive).then(
      () => undefined,
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(MeterFileError);
    expect((error as Error).message).toContain(words);
  };

  test('one bad file refuses all of it, by the number of the file', () =>
    refused(
      zip({ name: 'a.csv', text: long }, { name: 'b\u0007.csv', text: `${LONG}\nm1` }),
      'file 2 of the archive: line 2',
    ));
  test('that holds nothing is refused', () => refused(zip({ name: 'folder/', text: '' }), 'holds no file'));
  test('that says it unpacks to more than a file may have is refused', () =>
    refused(zip({ name: 'a.csv', text: long, claimed: 300_000_000 }), 'more than 268435456 bytes'));
  test('that unpacks to more than it says is refused', () =>
    refused(zip({ name: 'a.csv', text: long + '\n'.repeat(1_000_000), claimed: 100 }), 'damaged'));
  test('of too many files is refused', () =>
    refused(zip(...Array.from({ length: 101 }, (_, i) => ({ name: `${i}`, text: long }))), '100 files'));
  test('cut short anywhere is refused', async () => {
    const whole = zip({ name: 'a.csv', text: long });
    for (let length = 4; length < whole.length; length++) {
      await expect(readMeterFiles(whole.subarray(0, length))).rejects.toThrow(MeterFileError);
    }
  });
});
