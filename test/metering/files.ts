/** Meter files for tests, built from what a test cares about. */
import { crc32, deflateRawSync } from 'node:zlib';
import type { MeterFile } from '../../api/metering/readings.js';

export const bytes = (text: string): Uint8Array => Buffer.from(text);

/** Readings as rows: meter, start, seconds, import, export, index of the quality. */
export type ReadingRow = [
  meter: string,
  start: number,
  durationSeconds: number,
  importWh: number,
  exportWh: number,
  quality: number,
];
export const rowsOf = ({ readings: r }: MeterFile): ReadingRow[] =>
  Array.from({ length: r.length }, (_, i) => [
    r.meters[r.meter[i]],
    r.start[i],
    r.durationSeconds[i],
    r.importWh[i],
    r.exportWh[i],
    r.quality[i],
  ]);

/** 2025-06-01T00:00:00Z */
export const T0 = Date.UTC(2025, 5, 1);
export const LONG = 'meter,start,durationSeconds,importWh,exportWh,quality';

/** A NEM12 file of these records. */
export const nem12 = (...records: string[]): Uint8Array =>
  bytes(['100,NEM12,202506020000,MDP,RETAILER', ...records, '900'].join('\r\n'));
/** A record 200. */
export const register = (
  suffix: string,
  of: { unit?: string; minutes?: number; all?: string } = {},
): string => `200,NMI1,${of.all ?? suffix},1,${suffix},N1,M1,${of.unit ?? 'kWh'},${of.minutes ?? 30},`;
/** A record 300 of the 1st of June 2025. */
export const day = (values: string, quality = 'A', updated = '20250602000000'): string =>
  `300,20250601,${values},${quality},,,${updated},`;
/** The values of a day that are all the same. */
export const same = (value: string, count = 48): string => new Array<string>(count).fill(value).join(',');

/** A zip archive; `claimed` is the size that it says a file has. */
export function zip(...files: readonly { name: string; text: string; claimed?: number }[]): Uint8Array {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const { name, text, claimed } of files) {
    const content = Buffer.from(text);
    const packed = deflateRawSync(content);
    const title = Buffer.from(name);
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32LE(crc32(content), 0);
    sizes.writeUInt32LE(packed.length, 4);
    sizes.writeUInt32LE(claimed ?? content.length, 8);
    const local = Buffer.alloc(30);
    local.write('PK\u0003\u0004', 0, 'latin1');
    local.writeUInt16LE(20, 4);
    local.writeUInt16LE(8, 8);
    sizes.copy(local, 14);
    local.writeUInt16LE(title.length, 26);
    const central = Buffer.alloc(46);
    central.write('PK\u0001\u0002', 0, 'latin1');
    central.writeUInt16LE(20, 4);
    central.writeUInt16LE(20, 6);
    central.writeUInt16LE(8, 10);
    sizes.copy(central, 16);
    central.writeUInt16LE(title.length, 28);
    central.writeUInt32LE(offset, 42);
    locals.push(local, title, packed);
    centrals.push(central, title);
    offset += local.length + title.length + packed.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 0, 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}
