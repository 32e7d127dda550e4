/** The worked examples of PROTOCOL.md and FORMAT.md are what the code makes. */
import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hashToHex, leafHash, rootOf } from '../chaincode/kernel/tree.js';
import { tieKey } from '../chaincode/ledgers/trade/rules/tie.js';
import { headerHash } from '../network/x509/der.js';
import { encodeBatch } from '../schema/command.js';
import { keyFromUuid, uuidFromKey } from '../schema/ids.js';
import { sparkzTransfer } from '../schema/trade/money.js';

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
const protocol = read('../chaincode/PROTOCOL.md');
const UUIDS = ['018f3c2a-9d40-7abc-8def-0123456789ab', '018f3c2a-9d41-7abc-8def-0123456789ab'];
const keys = UUIDS.map(keyFromUuid);

describe('PROTOCOL.md', () => {
  test('keys', () => {
    expect(protocol).toContain(`${UUIDS[0]} → ${keys[0]}\n`);
    expect(keys.map(uuidFromKey)).toEqual(UUIDS);
  });

  test('batch', () => {
    const commands = keys.map((key, i) => ({
      shape: sparkzTransfer,
      key,
      actor: 7,
      args: { from: 12, to: 13 + i, amountMicros: 250_000 },
    }));
    expect(protocol).toContain(`\n${Buffer.from(encodeBatch('Brightwater', commands)).toString()}\n`);
  });

  test('leaves and root, by RFC 9162', () => {
    const texts = keys.map((key, i) => `["sparkzTransfer","${key}",7,12,${13 + i},250000]`);
    const sha = (...parts: Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
    const leaves = texts.map((text) => sha(Buffer.of(0), Buffer.from(text)));
    const root = sha(Buffer.of(1), ...leaves);
    expect(texts.map(leafHash).map(hashToHex)).toEqual(leaves.map((leaf) => leaf.toString('hex')));
    expect(hashToHex(rootOf(texts.map(leafHash)))).toBe(root.toString('hex'));
    texts.forEach((text, i) =>
      expect(protocol).toContain(`leaf  ${text}\n      ${leaves[i].toString('hex')}\n`),
    );
    expect(protocol).toContain(`root  ${root.toString('hex')}\n`);
  });

  test('ties', () => {
    expect(protocol).toContain(tieKey(1_748_736_000_000, 12));
  });
});

test('FORMAT.md: a header hash', () => {
  const sha = (text: string): Buffer => createHash('sha256').update(text).digest();
  expect(read('../network/embedded/FORMAT.md')).toContain(headerHash(1, sha(''), sha('a')).toString('hex'));
});
