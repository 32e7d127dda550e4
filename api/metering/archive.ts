/** Files inside a zip archive, bounded so that a small archive cannot become a huge file. */
import yauzl from 'yauzl';
import { MeterFileError } from './errors.js';
import { FILE_BYTES } from './table-text.js';

const ENTRIES = 100;

export const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3;

/** The files of an archive in their order; folders are passed over. */
export function unzip(bytes: Uint8Array): Promise<{ name: string; bytes: Uint8Array }[]> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => reject(new MeterFileError(reason));
    yauzl.fromBuffer(
      Buffer.from(bytes),
      { lazyEntries: true, validateEntrySizes: true },
      (error, archive) => {
        if (error) return fail('the archive cannot be read');
        if (archive.entryCount > ENTRIES) return fail(`the archive holds more than ${ENTRIES} files`);
        const files: { name: string; bytes: Uint8Array }[] = [];
        let total = 0;
        archive.on('error', () => fail('the archive is damaged'));
        archive.on('end', () => resolve(files));
        archive.on('entry', (entry: yauzl.Entry) => {
          total += entry.uncompressedSize;
          if (total > FILE_BYTES) return fail(`the archive holds more than ${FILE_BYTES} bytes`);
          if (entry.fileName.endsWith('/')) return archive.readEntry();
          archive.openReadStream(entry, (opening, stream) => {
            if (opening) return fail('a file of the archive cannot be read');
            const chunks: Buffer[] = [];
            stream.on('data', (chunk: Buffer) => chunks.push(chunk));
            stream.on('error', () => fail('a file of the archive is damaged'));
            stream.on('end', () => {
              files.push({ name: entry.fileName, bytes: Buffer.concat(chunks) });
              archive.readEntry();
            });
          });
        });
        archive.readEntry();
      },
    );
  });
}
