import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { LIMITS } from '../../schema/limits.js';
import { codeOf, Fixture, removeFolders, START_MS, take } from './fixture.js';

afterAll(removeFolders);

describe('a single-node ledger', () => {
  let at: Fixture;
  beforeEach(async () => {
    at = await Fixture.open();
  });
  afterEach(() => at.ledger.close());

  test('commits a transaction, tells where it stands, and has it after a reopen', async () => {
    const done = await at.submit(['put', 'a', 'one']);
    expect(done).toMatchObject({
      block: 1,
      index: 0,
      time: START_MS,
      organisation: 'Aurora',
      role: 'HOST',
      valid: true,
    });
    expect(done.transactionId).toMatch(/^[0-9a-f]{64}$/);
    await at.reopen();
    expect(at.ledger.height()).toBe(2);
    expect(await at.text('a')).toBe('one');
    const [, block] = await take(at.ledger, 0, 2);
    expect(block.transactions).toEqual([
      { ...done, args: Buffer.from(done.args), event: Buffer.from(done.event) },
    ]);
    expect(at.notices).toEqual([]);
  });

  test('starts with a block of configuration that holds no transaction', async () => {
    const [block] = await take(at.ledger, 0, 1);
    expect(block).toMatchObject({ number: 0, transactions: [] });
    expect(block.previousHash).toHaveLength(0);
  });

  test('never shows a transaction its own writes', async () => {
    const done = await at.submit(['put', 'a', 'one'], ['get', 'a']);
    expect(JSON.parse(Buffer.from(done.event).toString())).toEqual(['Aurora', START_MS, [null]]);
  });

  test('shows a running transaction the state as it was when it began, and then refuses it', async () => {
    await at.submit(['put', 'a', 'old'], ['put', 'b', 'old']);
    let open: (value?: unknown) => void = () => undefined;
    at.chaincode.gates.set('gate', new Promise((resolve) => (open = resolve)));
    const slow = at.submit(['get', 'a'], ['wait', 'gate'], ['get', 'b'], ['put', 'c', 'x']);
    const code = codeOf(slow);
    await at.submit(['put', 'b', 'new']);
    open();
    expect(await code).toBe('MVCC_CONFLICT');
    const [block] = await take(at.ledger, 3, 1);
    expect(block.transactions[0]).toMatchObject({ valid: false, event: new Uint8Array(0) });
    expect(at.chaincode.seen.map((v) => Buffer.from(v!).toString())).toEqual(['old', 'old']);
    expect(await at.text('c')).toBeUndefined();
  });

  test('lets the first of two transactions on one key pass, and keeps the other in its block as invalid', async () => {
    await at.submit(['put', 'n', '0']);
    const codes = await Promise.all([1, 2, 3, 4].map(() => codeOf(at.submit(['add', 'n', 1]))));
    expect(codes.filter((c) => c === 'accepted')).toHaveLength(1);
    expect(codes.filter((c) => c === 'MVCC_CONFLICT')).toHaveLength(3);
    expect(await at.text('n')).toBe('1');
    const blocks = await take(at.ledger, 2, at.ledger.height() - 2);
    expect(blocks.flatMap((b) => b.transactions).map((t) => t.valid)).toEqual([true, false, false, false]);
  });

  test('puts into one block whatever waits while another is on its way', async () => {
    await at.submit(['put', 'x', '0']);
    const done = await Promise.all(Array.from({ length: 20 }, (_, i) => at.submit(['put', `k${i}`, 'v'])));
    expect(new Set(done.map((d) => d.block)).size).toBeLessThan(20);
    expect(new Set(done.map((d) => `${d.block}/${d.index}`)).size).toBe(20);
  });

  test('passes on a refusal of the chaincode and calls any other fault INTERNAL, both without a trace', async () => {
    expect(await codeOf(at.submit(['put', 'a', 'x'], ['refuse']))).toBe('BATCH_TOO_SPREAD');
    expect(await codeOf(at.submit(['put', 'a', 'x'], ['fail']))).toBe('INTERNAL');
    expect(at.ledger.height()).toBe(1);
    expect(await at.text('a')).toBeUndefined();
  });

  test.each(['', 'a\0b', 'x'.repeat(1025), '\ud800'])('refuses the key %j', async (key) => {
    expect(await codeOf(at.submit(['put', key, 'x']))).toBe('INTERNAL');
  });

  test('refuses arguments and transactions that are too large by name', async () => {
    const big = 'x'.repeat(LIMITS.argumentBytes - 100);
    expect(await codeOf(at.submit(['put', 'a', `${big}${big}`]))).toBe('ARGUMENTS_TOO_LARGE');
    expect(await codeOf(at.submit(['put', 'a', big]))).toBe('accepted');
    expect(await codeOf(at.submit(['fill', 'page', 79]))).toBe('accepted');
    expect(await codeOf(at.submit(['fill', 'page', 81]))).toBe('TRANSACTION_TOO_LARGE');
    expect(await codeOf(at.submit(['fill', 'page', 500]))).toBe('TRANSACTION_TOO_LARGE');
  });

  test('refuses a time more than fifteen minutes from its clock', async () => {
    const request = {
      lane: 'L',
      identity: { organisation: 'Aurora', role: 'HOST' },
      args: Buffer.from('[]'),
    };
    const limit = LIMITS.timeSkewMs;
    for (const off of [limit + 1, -limit - 1])
      expect(await codeOf(at.ledger.submit(request, START_MS + off))).toBe('TIME_SKEW');
    for (const off of [limit, -limit])
      expect((await at.ledger.submit(request, START_MS + off)).time).toBe(START_MS + off);
  });

  test.each([
    ['../x', 'HOST'],
    ['', 'HOST'],
    ['Aurora', 'a/b'],
    ['GridbookNode', 'NODE'],
  ])('has no identity for organisation %j and role %j', async (organisation, role) => {
    expect(await codeOf(at.submitAs(organisation, role, ['put', 'a', 'x']))).toBe('NOT_AUTHORISED');
  });

  test('hands out the very same bytes as long as a value is unchanged', async () => {
    await at.submit(['put', 'a', 'one']);
    await at.submit(['get', 'a']);
    await at.submit(['get', 'a'], ['put', 'b', 'x']);
    expect(at.chaincode.seen[0]).toBe(at.chaincode.seen[1]);
    await at.submit(['put', 'a', 'one']);
    await at.submit(['get', 'a']);
    expect(at.chaincode.seen[2]).not.toBe(at.chaincode.seen[1]);
  });

  test('finishes what is in hand when it closes, and takes nothing after', async () => {
    const last = at.submit(['put', 'a', 'one']);
    await at.ledger.close();
    expect((await last).valid).toBe(true);
    expect(await codeOf(at.submit(['put', 'a', 'two']))).toBe('LEDGER_UNAVAILABLE');
  });

  test('refuses a folder that is in use, in one sentence', async () => {
    const other = new Fixture(at.directory);
    await expect(other.open()).rejects.toThrow('the data folder is in use by another Gridbook process');
    expect(await codeOf(other.open())).toBe('LedgerLockedError');
    expect((await at.submit(['put', 'a', 'x'])).valid).toBe(true);
  });

  test('has a digest over keys and values in key order, the same after a reopen', async () => {
    await at.submit(['put', 'b', 'two'], ['put', 'a', 'one']);
    const field = (text: string): Buffer => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(text));
      return Buffer.concat([length, Buffer.from(text)]);
    };
    const expected = createHash('sha256')
      .update(Buffer.concat(['a', 'one', 'b', 'two'].map(field)))
      .digest('hex');
    expect(await at.ledger.stateDigest()).toBe(expected);
    await at.reopen();
    expect(await at.ledger.stateDigest()).toBe(expected);
  });

  test('keeps state values that no longer fit into memory', async () => {
    await at.reopen({ cacheBytes: 2000 });
    for (let i = 0; i < 40; i++) await at.submit(['add', `k${i % 20}`, 1], ['put', `v${i}`, 'x'.repeat(300)]);
    for (let i = 0; i < 20; i++) expect(await at.text(`k${i}`)).toBe('2');
    for (let i = 0; i < 40; i++) expect(await at.text(`v${i}`)).toBe('x'.repeat(300));
  });

  test('knows an organisation from the block that first needs it, once', async () => {
    await at.submitAs('Aurora', 'HOST', ['put', 'a', 'x']);
    await at.submitAs('Borealis', 'NETWORK_OPERATOR', ['put', 'b', 'x']);
    await at.reopen();
    await at.submitAs('Borealis', 'NETWORK_OPERATOR', ['put', 'b', 'y']);
    const blocks = await take(at.ledger, 1, 3);
    expect(blocks.map((b) => b.transactions[0].organisation)).toEqual(['Aurora', 'Borealis', 'Borealis']);
    expect(blocks[2].size).toBeLessThan(blocks[1].size - 800);
  });
});
