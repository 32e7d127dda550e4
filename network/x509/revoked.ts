/** Serial numbers of a list of revoked certificates (RFC 5280), as Node writes those of certificates. */
import { derChildren, readDer } from './der.js';

const SEQUENCE = 0x30;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;

export function revokedSerials(list: Buffer): string[] {
  const outer = readDer(list);
  const signed = outer && derChildren(outer.content)[0];
  const fields = signed ? derChildren(signed.content) : [];
  // The entries follow the times at which this list and the next are made.
  const lastTime = fields.findLastIndex(({ tag }) => tag === UTC_TIME || tag === GENERALIZED_TIME);
  const entries = fields[lastTime + 1];
  if (lastTime < 0 || entries?.tag !== SEQUENCE) return [];
  return derChildren(entries.content).map(({ content }) => {
    const hex = derChildren(content)[0]?.content.toString('hex') ?? '';
    return hex.replace(/^(00)+/, '').toUpperCase();
  });
}
