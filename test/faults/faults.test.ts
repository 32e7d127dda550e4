/** What can go wrong with a machine: processes die, disks fill up, bytes change. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DISK, type DiskCalls } from '../../network/embedded/block-file.js';
import { LedgerFileError } from '../../network/embedded/errors.js';
import { EmbeddedLedger } from '../../network/embedded/ledger.js';
import { verifyFiles } from '../../network/embedded/verify.js';
import { compileInto } from '../embedded/compile.js';
import { codeOf, Fixture, removeFolders } from '../embedded/fixture.js';
import { ToyChaincode } from '../embedded/toy-chaincode.js';
import { killRounds } from './kill.js';

const root = mkdtempSync(join(tmpdir(), 'gridbook-faults-'));
afterAll(() => {
  removeFolders();
  rmSync(root, { recursive: true, force: true });
});

/** Numbers from a seed, so that a failure can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test('killed 20 times under load: nothing acknowledged is lost, nothing happens twice', async () => {
  const program = join(root, 'program');
  mkdirSync(program);
  compileInto(join(import.meta.dirname, '../..'), program, [
    'schema',
    'chaincode',
    'network',
    'test/embedded',
    'test/faults',
  ]);
  const report = await killRounds(
    join(root, 'killed'),
    join(program, 'test/faults/writer.js'),
    20,
    randomFrom(1),
  );
  expect(report.kills).toBe(20);
  expect(report.acknowledged).toBeGreaterThan(20);
  expect(report.height).toBe(1 + report.acknowledged + report.beyond);
});

/** A ledger of a few small blocks in a folder, closed. */
async function small(name: string): Promise<string> {
  const directory = join(root, name);
  const at = await Fixture.open({ directory });
  for (let i = 0; i < 4; i++) await at.ledger.submit(request(i));
  await at.ledger.close();
  return directory;
}
const request = (i: number) => ({
  lane: 'Aurora',
  identity: { organisation: 'Aurora', role: 'HOST' },
  args: Buffer.from(JSON.stringify([['put', `k${i}`, `value ${i}`]])),
});

/** Opens a damaged copy: 'refused', or the height and state that it recovered. */
async function outcome(directory: string): Promise<'refused' | { height: number; digest: string }> {
  let ledger: EmbeddedLedger;
  try {
    ledger = await EmbeddedLedger.open({
      directory,
      chaincode: new ToyChaincode(),
      clock: () => 1_748_736_000_000,
    });
  } catch (error) {
    if (error instanceof LedgerFileError) return 'refused';
    throw error;
  }
  const found = { height: ledger.height(), digest: await ledger.stateDigest() };
  await ledger.close();
  return found;
}

describe('bytes of the block file', () => {
  let sound: string;
  let whole: { height: number; digest: string };
  let from = 0;
  beforeAll(async () => {
    sound = await small('sound');
    const state = await outcome(sound);
    if (state === 'refused') throw new Error('a sound ledger was refused');
    whole = state;
    const report = await verifyFiles(sound);
    expect(report.height).toBe(5);
    // The last two blocks are about as large as each other.
    const bytes = readFileSync(join(sound, 'ledger/blocks.bin'));
    from = bytes.lastIndexOf(Buffer.from('GBLK'), bytes.lastIndexOf(Buffer.from('GBLK')) - 1);
  });

  /** A copy whose block file is changed; without its state, which then has to be derived anew. */
  function damaged(change: (bytes: Buffer) => Buffer): string {
    const directory = join(root, 'damaged');
    rmSync(directory, { recursive: true, force: true });
    cpSync(sound, directory, { recursive: true });
    const file = join(directory, 'ledger/blocks.bin');
    writeFileSync(file, change(readFileSync(file)));
    return directory;
  }

  test('one flipped at every offset of the last two blocks is never taken for what was written', async () => {
    const size = statSync(join(sound, 'ledger/blocks.bin')).size;
    for (let at = from; at < size; at++) {
      const directory = damaged((bytes) => {
        bytes[at] ^= 1 << (at % 8);
        return bytes;
      });
      const found = await outcome(directory);
      if (found !== 'refused') expect([at, found]).toEqual([at, whole]);
      await expect(verifyFiles(directory)).rejects.toThrow(LedgerFileError);
    }
  });

  test('cut at every offset of the last two blocks: refused, as the blocks were acknowledged', async () => {
    const size = statSync(join(sound, 'ledger/blocks.bin')).size;
    for (let at = from; at < size; at += 3) {
      expect([at, await outcome(damaged((bytes) => bytes.subarray(0, at)))]).toEqual([at, 'refused']);
    }
  });

  test('an unfinished append after the last block is cut off, and nothing else is lost', async () => {
    const directory = damaged((bytes) => Buffer.concat([bytes, bytes.subarray(from, from + 40)]));
    const found = await outcome(directory);
    if (found !== 'refused') expect(found).toEqual(whole);
  });
});

test('state files changed at 500 random places: the state is what the blocks say, or it is refused', async () => {
  const sound = await small('state-sound');
  const expected = await outcome(sound);
  const random = randomFrom(7);
  const directory = join(root, 'state-damaged');
  for (let round = 0; round < 50; round++) {
    rmSync(directory, { recursive: true, force: true });
    cpSync(sound, directory, { recursive: true });
    const state = join(directory, 'ledger/state');
    const files = readdirSync(state).filter((name) => statSync(join(state, name)).size > 0);
    for (let i = 0; i < 10; i++) {
      const file = join(state, files[Math.floor(random() * files.length)]);
      const bytes = readFileSync(file);
      if (bytes.length === 0) continue;
      if (random() < 0.1) truncateSync(file, Math.floor(random() * bytes.length));
      else {
        bytes[Math.floor(random() * bytes.length)] ^= 1 << Math.floor(random() * 8);
        writeFileSync(file, bytes);
      }
    }
    const found = await outcome(directory);
    if (found !== 'refused') expect([round, found]).toEqual([round, expected]);
  }
});

test('a full disk refuses the transaction, and the ledger goes on once there is room', async () => {
  let isFull = false;
  const disk: DiskCalls = {
    ...DISK,
    write: (...call) => {
      if (isFull) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      return DISK.write(...call);
    },
  };
  const at = await Fixture.open({ disk });
  await at.submit(['put', 'a', 'one']);
  isFull = true;
  expect(await codeOf(at.submit(['put', 'a', 'two']))).toBe('LEDGER_UNAVAILABLE');
  expect(await at.text('a')).toBe('one');
  isFull = false;
  expect((await at.submit(['put', 'a', 'three'])).valid).toBe(true);
  await at.reopen();
  expect(await at.text('a')).toBe('three');
  await at.ledger.close();
});
