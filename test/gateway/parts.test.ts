/** A run that was posted in parts leads to its postings as one that settled at once does. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clearingAccount, open, post, settleAtOnce } from '../scenarios/in-parts.js';
import { QUARTER, START_MS } from '../scenarios/world.js';
import { GatewayFixture } from './fixture.js';

const HOMES = 6;
const IN_PARTS = START_MS + 2 * QUARTER;
let at: GatewayFixture;
beforeAll(async () => {
  at = await GatewayFixture.open({ homes: HOMES });
  const { at: community } = at;
  const clearing = await clearingAccount(community);
  community.world.at(IN_PARTS + QUARTER);
  const wh = community.homes.map((_, i): [number, number] => (i === 0 ? [0, 2_000] : [300 * i, 0]));
  await community.read(IN_PARTS, wh);
  settleAtOnce(2);
  await open(community, clearing, IN_PARTS);
  for (const from of [0, 2, 4]) await post(community, from, IN_PARTS);
  settleAtOnce();
  await at.projector.waitFor(community.world.ledger.height());
});
afterAll(() => at.close());

interface Posted {
  market: { settlementRuns: { edges: { node: { positions: { edges: { node: PositionOf }[] } } }[] } };
}
interface PositionOf {
  billMicros: string;
  connection: { meterId: string };
  entries: { edges: { node: { amountMicros: string; settlementRuns: { start: string }[] } }[] };
}

const positionsOf = async (start: number): Promise<PositionOf[]> => {
  const { market } = await at.data<Posted>(
    await at.token('REGULATOR'),
    `query($market: ID!, $from: Instant!, $to: Instant!) { market(id: $market) {
      settlementRuns(first: 1, from: $from, to: $to) { edges { node { positions(first: 10) { edges { node {
        billMicros connection { meterId }
        entries(first: 5) { edges { node { amountMicros settlementRuns { start } } } }
      } } } } } } } }`,
    {
      market: at.id('Market', at.at.market),
      from: new Date(start).toISOString(),
      to: new Date(start + 1).toISOString(),
    },
  );
  return market.settlementRuns.edges[0].node.positions.edges.map(({ node }) => node);
};

describe.each([
  ['at once', START_MS],
  ['in parts', IN_PARTS],
])('a run that settled %s', (_, start) => {
  test('shows what it posted for each member, of whichever part', async () => {
    const positions = await positionsOf(start);
    expect(positions).toHaveLength(HOMES);
    for (const { billMicros, entries } of positions) {
      const posted = entries.edges.map(({ node }) => Number(node.amountMicros));
      expect(posted).not.toEqual([]);
      // Dues are what the member has; what it pays leaves them.
      expect(posted.reduce((a, b) => a + b, 0)).toBe(-Number(billMicros));
      for (const { node } of entries.edges) {
        expect(node.settlementRuns).toEqual([{ start: new Date(start).toISOString() }]);
      }
    }
  });
});
