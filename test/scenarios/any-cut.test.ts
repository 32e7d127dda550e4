/** P2P-14: whoever posts the parts of a run decides nothing by how they are cut. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Args } from '../../schema/command.js';
import { marketOpen, membershipSet } from '../../schema/trade/market.js';
import { connectionRegister } from '../../schema/trade/registration.js';
import { Community } from './community.js';
import { clearingAccount, open, post, settleAtOnce, type Wh } from './in-parts.js';
import { host, operator, PROVIDER, QUARTER, START_MS, type Outcome } from './world.js';

const HOMES = 3;
/** Homes of the connections that follow the first ones: two share their dues account with a neighbour far off. */
const SECOND = [0, 2, 0];
const MEMBERS = HOMES + SECOND.length;

/** Homes of which some have several connections and one dues account for all of them, without credit. */
async function withSharedAccounts(): Promise<Community> {
  const at = await Community.setUp({ homes: HOMES, duesFloor: 0, preferences: false });
  await at.agree('CONTRACTED', 1, 2, 0.25, 400);
  for (const [i, home] of SECOND.entries()) {
    const { participant, dues, receivable } = at.homes[home];
    const { connection } = await at.world.must(operator, connectionRegister, {
      ...{ meterId: `second-${i}`, participant, network: at.network, zone: 'z1', validFrom: START_MS },
      ...{ meteringDataProvider: PROVIDER, sanctionedLoadW: 40_000, generationCapacityW: 40_000 },
    } as Args<typeof connectionRegister>);
    await at.world.must(host, membershipSet, {
      ...{ market: at.market, connection, tariff: at.tariff, effectiveFrom: START_MS },
      ...{ duesAccount: dues, receivableAccount: receivable },
    } as Args<typeof membershipSet>);
    at.homes.push({ ...at.homes[home], connection });
  }
  await at.world.must(host, marketOpen, { market: at.market });
  return at;
}

/** Rows of the receivables that were raised, and the balance of every account. */
async function outcomeOf(at: Community, outcomes: readonly Outcome[]): Promise<unknown> {
  const raised = outcomes
    .flatMap(({ events }) => events)
    .filter(({ name }) => name === 'receivablesRaised')
    .flatMap(({ rows }) =>
      rows.account.map((account, i) => [account, rows.connection[i], rows.amountMicros[i]]),
    )
    .sort(([a], [b]) => (a as number) - (b as number));
  const members = at.homes.flatMap(({ dues, receivable }) => [dues, receivable]);
  const accounts = [...members, at.payees.retailer, at.payees.network, at.rounding];
  return [raised, await Promise.all(accounts.map(async (account) => (await at.account(account)).balance))];
}

test('any cut comes to the receivables and balances of one transaction', async () => {
  const [whole, inParts] = [await withSharedAccounts(), await withSharedAccounts()];
  const clearing = await clearingAccount(inParts);
  let start = START_MS;
  const wh = fc.tuple(fc.nat({ max: 5_000 }), fc.nat({ max: 5_000 }));
  const interval = fc.array(wh, { minLength: MEMBERS, maxLength: MEMBERS });
  const cuts = fc.subarray(Array.from({ length: MEMBERS - 1 }, (_, i) => i + 1));
  const settle = async (readings: Wh, at: readonly number[]): Promise<void> => {
    for (const community of [whole, inParts]) {
      community.world.at(start + QUARTER);
      await community.read(start, readings);
    }
    settleAtOnce();
    const settled = await whole.settle(start);
    expect(settled.code).toBe('OK');
    settleAtOnce(2);
    expect((await open(inParts, clearing, start)).code).toBe('OK');
    const posted: Outcome[] = [];
    for (const [i, from] of [0, ...at].entries()) {
      posted.push(await post(inParts, from, start, host, (at[i] ?? MEMBERS) - from));
    }
    expect(posted.map(({ code }) => code)).toEqual(posted.map(() => 'OK'));
    expect(await outcomeOf(inParts, posted)).toEqual(await outcomeOf(whole, [settled]));
    expect((await inParts.account(clearing)).balance).toBe(0);
    start += QUARTER;
  };
  // One connection imports what another of the same account exports: the account owes nothing.
  const even: Wh = Array.from({ length: MEMBERS }, (_, i) => [i === 0 ? 1_000 : 0, i === 3 ? 8_000 : 0]);
  await settle(even, [1]);
  await fc.assert(fc.asyncProperty(interval, cuts, settle), { numRuns: 12, seed: 14 });
  settleAtOnce();
  for (const at of [whole, inParts]) await at.world.close();
});
