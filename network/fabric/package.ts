/** The chaincode package of an organisation: where its chaincode process listens. Its id is known before it is installed. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

const BLOCK = 512;

export interface ChaincodePackage {
  readonly bytes: Buffer;
  /** `label:SHA-256`, as the peer computes it. */
  readonly id: string;
}

export function packageOf(label: string, address: string, authorityPem: string): ChaincodePackage {
  const connection = {
    ...{ address, dial_timeout: '10s', tls_required: true, client_auth_required: false },
    root_cert: authorityPem,
  };
  const code = gzip(tar([['connection.json', JSON.stringify(connection)]]));
  const metadata = JSON.stringify({ type: 'ccaas', label });
  const bytes = gzip(
    tar([
      ['metadata.json', metadata],
      ['code.tar.gz', code],
    ]),
  );
  return { bytes, id: `${label}:${createHash('sha256').update(bytes).digest('hex')}` };
}

/** The same bytes wherever it is made: no time, no name of a system. */
function gzip(bytes: Buffer): Buffer {
  const zipped = gzipSync(bytes);
  zipped[9] = 255;
  return zipped;
}

function tar(files: readonly (readonly [name: string, content: string | Buffer])[]): Buffer {
  const blocks = files.flatMap(([name, content]) => {
    const bytes = Buffer.from(content as string);
    return [headerOf(name, bytes.length), bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

/** A header of the ustar format; numbers are octal text. */
function headerOf(name: string, size: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  header.write(name, 0);
  header.write(octal(0o644, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(0, 11), 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
