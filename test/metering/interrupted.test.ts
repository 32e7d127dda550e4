/** A community that is interrupted anywhere lives on where it stopped, and comes to the same figures. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OtherCommunityError, Recorded } from '../../api/demo/recorded.js';
import { ORGANISATIONS } from '../../api/demo/rules.js';
import { Lanes } from '../../api/lanes/lanes.js';
import { dataFolderAt } from '../../api/main/data-folder.js';
import { communityFigures, marketsOf, settledStretch } from '../../api/main/day-figures.js';
import { openReading } from '../../api/main/composition.js';
import { liveThrough } from '../../api/main/living.js';
import { readCommunity, type CommunityData } from '../../api/metering/community.js';
import { openGridbookLedger } from '../../network/embedded/index.js';
import { GridbookError } from '../../schema/errors.js';
import { TRADE_EVENTS } from '../../schema/trade/index.js';
import { writeSmallCommunity } from '../main/in-process.js';

const folder = mkdtempSync(join(tmpdir(), 'gridbook-interrupted-'));
let data: CommunityData;
beforeAll(async () => {
  data = await readCommunity(writeSmallCommunity(join(folder, 'community')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Lives through the community's four intervals; with `transactions` the process is as good as gone after so many.
 * Answers how many there were.
 */
async function live(name: string, transactions = Infinity, timeZone = 'Europe/Berlin'): Promise<number> {
  const ledger = await openGridbookLedger({ directory: join(folder, name) });
  let given = 0;
  const mortal = new Proxy(ledger, {
    get: (of, property) => {
      if (property !== 'submit') {
        const value: unknown = Reflect.get(of, property, of);
        return typeof value === 'function' ? (value.bind(of) as unknown) : value;
      }
      return (request: Parameters<typeof of.submit>[0]) =>
        given++ < transactions ? of.submit(request) : Promise.reject(new GridbookError('LEDGER_UNAVAILABLE'));
    },
  });
  const lanes = new Lanes({ ledger: mortal, events: TRADE_EVENTS });
  try {
    await liveThrough({
      ...{ lanes, data, days: { timeZone, currency: 'EUR' }, provider: ORGANISATIONS.provider },
      recorded: await Recorded.of(ledger, ORGANISATIONS.host.organisation),
      ...{ progress: () => {}, signal: new AbortController().signal, interrupted: 'Interrupted.' },
    });
    return given;
  } finally {
    await lanes.close();
    await ledger.close();
  }
}

async function figuresOf(name: string): Promise<object> {
  const reading = await openReading({ folder: dataFolderAt(join(folder, name)) });
  try {
    const [market] = await marketsOf(reading.database);
    const stretch = await settledStretch(reading.database, market);
    if (!stretch) throw new Error('nothing is settled');
    return { stretch, ...(await communityFigures(reading.database, market, stretch)) };
  } finally {
    await reading.close();
  }
}

const GONE = { code: 'LEDGER_UNAVAILABLE' };

describe('a community that is interrupted', () => {
  let whole: number;
  let wanted: object;
  beforeAll(async () => {
    whole = await live('whole');
    wanted = await figuresOf('whole');
  });

  test('after any of its transactions gives the others, each once', async () => {
    for (let cut = 0; cut < whole; cut++) {
      await expect(live(`cut-${cut}`, cut)).rejects.toMatchObject(GONE);
      expect([cut, await live(`cut-${cut}`)]).toEqual([cut, whole - cut]);
    }
    expect(await live('whole')).toBe(0);
  });

  test('while it is set up and within its days, more than once, comes to the figures of one that is not', async () => {
    expect(wanted).toMatchObject({ intervals: 4n, readings: 12n });
    for (const cut of [2, 5, whole - 7 - 3]) await expect(live('often', cut)).rejects.toMatchObject(GONE);
    await live('often');
    expect(await figuresOf('often')).toEqual(wanted);
  });

  test('is not mixed with another: nothing is given where what stands there is not its beginning', async () => {
    await expect(live('other', 8)).rejects.toMatchObject(GONE);
    await expect(live('other', Infinity, 'Australia/Perth')).rejects.toThrow(OtherCommunityError);
    expect(await live('other')).toBe(whole - 8);
  });
});
