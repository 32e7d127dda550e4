/** Ids that clients make. Keys are UUIDv7 (RFC 9562); named records carry short opaque ids. */
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const RECORD_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/**
 * A key on the ledger: the 16 bytes of the UUID as 22 characters of six bits each, in an alphabet whose characters
 * ascend, so that keys as text sort by their time.
 */
const ALPHABET = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';

/** Characters of one key in the id column of a batch. */
export const KEY_LENGTH = 22;

export const isUuidV7 = (text: string): boolean => UUID_V7.test(text);
/** Letters, digits, dot, dash, underline; starts with a letter or digit; at most 64. */
export const isRecordId = (text: string): boolean => RECORD_ID.test(text);

const CODE = new Int8Array(128).fill(-1);
for (let i = 0; i < 64; i++) CODE[ALPHABET.charCodeAt(i)] = i;

/** `018f…-7…` → the 22 characters that the ledger keeps. */
export const keyFromUuid = (uuid: string): string =>
  sortableText(Buffer.from(uuid.replaceAll('-', ''), 'hex'), 0, 16);

/** The UUID that a key stands for, in lower case. */
export function uuidFromKey(key: string): string {
  let bits = 0n;
  for (let i = 0; i < KEY_LENGTH; i++) bits = bits * 64n + BigInt(CODE[key.charCodeAt(i)]);
  const hex = (bits >> 4n).toString(16).padStart(32, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Two characters for each value of twelve bits. */
const PAIRS = Array.from({ length: 4096 }, (_, i) => ALPHABET[i >> 6] + ALPHABET[i & 63]);

/** `length` bytes from `from` on as text of six bits a character; ascends like the bytes. */
export function sortableText(bytes: Uint8Array, from: number, length: number): string {
  let text = '';
  let i = from;
  const end = from + length;
  for (; i + 3 <= end; i += 3) {
    const held = (bytes[i] << 16) | (bytes[i + 1] << 8) | bytes[i + 2];
    text += PAIRS[held >> 12] + PAIRS[held & 4095];
  }
  if (end - i === 1) text += PAIRS[bytes[i] << 4];
  if (end - i === 2) {
    const held = (bytes[i] << 8) | bytes[i + 1];
    text += PAIRS[held >> 4] + ALPHABET[(held & 15) << 2];
  }
  return text;
}

/**
 * The time in a key at `offset` of an id column: its first 48 bits are milliseconds since 1970, eight characters
 * of six bits. Returns −1 where a character is outside the alphabet or the UUID is not of version 7.
 */
export function keyTimeAt(column: string, offset: number): number {
  let time = 0;
  for (let i = 0; i < KEY_LENGTH; i++) {
    const c = column.charCodeAt(offset + i);
    const code = c < 128 ? CODE[c] : -1;
    if (!(code >= 0)) return -1;
    if (i < 8) time = time * 64 + code;
    // Bits 48–51, the upper four of the ninth character, are the version.
    else if (i === 8 && code >> 2 !== 7) return -1;
    // Bits 64–65, the lower two of the eleventh, are the variant 10.
    else if (i === 10 && (code & 3) !== 2) return -1;
    else if (i === 21 && (code & 15) !== 0) return -1;
  }
  return time;
}
