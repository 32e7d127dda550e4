/** K9: a ledger whose pages another version wrote is refused by their number, and is not called forged. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandOf } from '../../api/demo/commands.js';
import { gridbookChaincode } from '../../chaincode/index.js';
import type { Chaincode } from '../../chaincode/kernel/state-port.js';
import { openGridbookLedger, replayGridbookLedger } from '../../network/embedded/gridbook.js';
import { EmbeddedLedger } from '../../network/embedded/ledger.js';
import { encodeBatch, PAGE_FORMAT } from '../../schema/command.js';
import { participantRegister } from '../../schema/trade/registration.js';

const LANE = 'Brightwater';
let directory: string;

/** Gridbook's rules, as a version would run them whose pages have another number. */
function ofFormat(format: number): Chaincode {
  const inner = gridbookChaincode();
  return {
    execute: (port, args) =>
      inner.execute(
        {
          transactionId: port.transactionId,
          timeMs: port.timeMs,
          creator: port.creator,
          getState: (key) => port.getState(key),
          putState: (key, value) => {
            const text = Buffer.from(value).toString();
            return port.putState(key, Buffer.from(text.replace(/^\[\d+/, `[${format}`)));
          },
          setEvent: (payload) => port.setEvent(payload),
        },
        args,
      ),
  };
}

async function write(chaincode: Chaincode): Promise<void> {
  const ledger = await EmbeddedLedger.open({ directory, chaincode });
  const args = encodeBatch(LANE, [commandOf(participantRegister, { participantId: 'p' })]);
  await ledger.submit({ lane: LANE, identity: { organisation: LANE, role: 'HOST' }, args });
  await ledger.close();
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'gridbook-format-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const OTHER = PAGE_FORMAT + 7;
const SENTENCE = `its state is of format ${OTHER}, and this version of Gridbook reads format ${PAGE_FORMAT}`;

test('a ledger without a transaction opens, and one of this version’s format', async () => {
  const fresh = mkdtempSync(join(directory, 'fresh-'));
  for (let i = 0; i < 2; i++) {
    const ledger = await openGridbookLedger({ directory: fresh });
    const args = encodeBatch(LANE, [commandOf(participantRegister, { participantId: `p${i}` })]);
    await ledger.submit({ lane: LANE, identity: { organisation: LANE, role: 'HOST' }, args });
    await ledger.close();
  }
});

test('another format is refused at opening, twice alike: the folder is left as it was', async () => {
  await write(ofFormat(OTHER));
  for (let i = 0; i < 2; i++) await expect(openGridbookLedger({ directory })).rejects.toThrow(SENTENCE);
});

test('running it anew says so too, rather than that it was changed', async () => {
  await expect(replayGridbookLedger(directory)).rejects.toThrow(SENTENCE);
});
