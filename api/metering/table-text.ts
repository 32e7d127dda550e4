/** The bytes of a meter file: their digest, and the text in them. */
import { createHash } from 'node:crypto';
import { MeterFileError } from './errors.js';

/** Largest file, in bytes, as it stands and as it comes out of an archive. */
export const FILE_BYTES = 256 * 1024 * 1024;

/** SHA-256 of a file's bytes, shortened to a record id. */
export const sourceOf = (...files: readonly Uint8Array[]): string => {
  const digest = createHash('sha256');
  for (const bytes of files) digest.update(bytes);
  return `sha256-${digest.digest('hex').slice(0, 32)}`;
};

/** The file's text; refused where it is too large or no UTF-8. A byte order mark is passed over. */
export function textOf(bytes: Uint8Array): string {
  if (bytes.length > FILE_BYTES) throw new MeterFileError(`the file is larger than ${FILE_BYTES} bytes`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw Object.assign(new MeterFileError('the file is not UTF-8 text'), { cause: error });
  }
}
