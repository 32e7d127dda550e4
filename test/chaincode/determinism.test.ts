/** Processes in other surroundings come to the same bytes: nothing of a machine's own reaches the chaincode. */
import { afterAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StateDigest } from '../../network/embedded/state-digest.js';
import { communityDay } from './day.js';
import { HandPeer, type ProcessOptions } from './hand-peer.js';

const folder = mkdtempSync(join(tmpdir(), 'gridbook-determinism-'));
const SURROUNDINGS: readonly ProcessOptions[] = [
  { folder, environment: { LANG: 'C', LC_ALL: 'C', TZ: 'UTC' } },
  {
    folder,
    // Nothing is optimised, memory is collected all the time, numbers and dates are written in other ways.
    flags: ['--no-opt', '--max-old-space-size=128', '--max-semi-space-size=1', '--hash-seed=7'],
    environment: { LANG: 'tr_TR.UTF-8', LC_ALL: 'ar_EG.UTF-8', TZ: 'Australia/Lord_Howe' },
  },
];
let peers: HandPeer[] = [];
afterAll(async () => {
  for (const peer of peers) await peer.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a community’s day comes to the same state, events and answers, byte for byte', async () => {
  const { given, stateDigest } = await communityDay();
  peers = [];
  for (const options of SURROUNDINGS) peers.push(await HandPeer.start(options));
  await Promise.all(peers.map((peer) => peer.connect()));
  const seen = { applied: 0, refused: new Set<string>() };
  for (const transaction of given) {
    const [first, second] = await Promise.all(peers.map((peer) => peer.run(transaction)));
    expect(second).toEqual(first);
    if (first.status === 200) seen.applied++;
    else seen.refused.add(first.message);
    for (const peer of peers) {
      if (first.status === 200) for (const [key, value] of first.writes) peer.state.set(key, value);
    }
  }
  expect(seen.applied).toBeGreaterThan(80);
  expect([...seen.refused].sort()).toEqual(['MALFORMED_BATCH', 'NOT_ADMITTED', 'UNKNOWN_COMMAND']);
  const digest = new StateDigest();
  const { state } = peers[0];
  for (const key of [...state.keys()].sort()) digest.add(key, state.get(key) as Uint8Array);
  expect(digest.hex()).toBe(stateDigest);
}, 600_000);
