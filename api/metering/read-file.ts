/** Reads a meter file of any form that is known; the form is told by its content. */
import { isZip, unzip } from './archive.js';
import { MeterFileError } from './errors.js';
import { EXPORTED_HEADER, readExportedCsv } from './exported-csv.js';
import { LONG_HEADER, readLongCsv } from './long-csv.js';
import { readNem12 } from './nem12.js';
import type { MeterFile } from './readings.js';
import { readWideCsv, type WideOptions } from './wide-csv.js';

export const FORMATS = ['nem12', 'long', 'exported', 'wide'] as const;
export type MeterFormat = (typeof FORMATS)[number];

export interface ReadOptions {
  /** Told by the content where it is absent. */
  readonly format?: MeterFormat;
  /** Unit and direction, which wide files do not tell. */
  readonly wide?: WideOptions;
  /** Whose readings are taken out of an exported file; all of them where it is absent. */
  readonly lane?: string;
}

/** The meter files in some bytes: one, or all those of a zip archive. */
export async function readMeterFiles(bytes: Uint8Array, options: ReadOptions = {}): Promise<MeterFile[]> {
  if (!isZip(bytes)) return [readOne(bytes, options)];
  const files = await unzip(bytes);
  if (files.length === 0) throw new MeterFileError('the archive holds no file');
  return files.map((file, i) => {
    try {
      return readOne(file.bytes, options);
    } catch (error) {
      if (!(error instanceof MeterFileError) || files.length === 1) throw error;
      // Its name is not ours to repeat: it may hold anything.
      throw Object.assign(new MeterFileError(`file ${i + 1} of the archive: ${error.message}`), {
        cause: error,
      });
    }
  });
}

/** A file without a reading, of which nothing was passed over either, was cut off or is not the one that is meant. */
function readOne(bytes: Uint8Array, options: ReadOptions): MeterFile {
  const file = readAs(bytes, options);
  if (file.readings.length === 0 && Object.keys(file.passedOver).length === 0) {
    throw new MeterFileError('the file has no readings');
  }
  return file;
}

function readAs(bytes: Uint8Array, options: ReadOptions): MeterFile {
  switch (options.format ?? formatOf(bytes, options)) {
    case 'nem12':
      return readNem12(bytes);
    case 'long':
      return readLongCsv(bytes);
    case 'exported':
      return readExportedCsv(bytes, options.lane);
    case 'wide':
      if (!options.wide) throw new MeterFileError('unit and direction of a wide file have to be given');
      return readWideCsv(bytes, options.wide);
  }
}

/** What a file begins with; a wide one begins with anything, and is taken for one where its unit is given. */
function formatOf(bytes: Uint8Array, { wide }: ReadOptions): MeterFormat {
  const start = Buffer.from(bytes.subarray(0, 200))
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart();
  if (/^100,NEM12/i.test(start)) return 'nem12';
  if (/^100,NEM13/i.test(start)) {
    throw new MeterFileError(
      'it is NEM13, accumulated consumption without intervals, which cannot be settled; NEM12 or CSV of intervals is wanted',
    );
  }
  if (start.startsWith(LONG_HEADER.join(','))) return 'long';
  if (start.startsWith(EXPORTED_HEADER.join(','))) return 'exported';
  if (wide) return 'wide';
  if (bytes.length === 0) throw new MeterFileError('the file is empty');
  throw new MeterFileError(
    `the format is not known: CSV begins with the line ${LONG_HEADER.join(',')} and NEM12 with 100,NEM12; ` +
      'of a CSV with a column a meter, unit and direction have to be given',
  );
}
