/** Who sees what, and that figures agree with one another. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeNodeId } from '../../api/node-id.js';
import type { Role } from '../../schema/command.js';
import { QUARTER, START_MS } from '../scenarios/world.js';
import { GatewayFixture } from './fixture.js';

let at: GatewayFixture;
beforeAll(async () => {
  at = await GatewayFixture.open();
});
afterAll(() => at.close());

const ROLES: Role[] = [
  'HOST',
  'PARTICIPANT',
  'NETWORK_OPERATOR',
  'METERING_DATA_PROVIDER',
  'MARKET_OPERATOR',
  'DISTRIBUTOR',
  'REGULATOR',
];
type Edges = {
  edges: { cursor: string; node: Record<string, string> }[];
  pageInfo: { hasNextPage: boolean; endCursor: string };
};

const period = (): string =>
  `from: "${new Date(START_MS).toISOString()}", to: "${new Date(START_MS + 10 * QUARTER).toISOString()}"`;

describe('visibility', () => {
  const LISTS: Record<string, { query: () => string; counts: Partial<Record<Role, number>> }> = {
    participants: {
      query: () => '{ list: participants(first: 100) { edges { node { id } } } }',
      counts: { HOST: 6, PARTICIPANT: 1, NETWORK_OPERATOR: 6, REGULATOR: 6 },
    },
    connections: {
      query: () => '{ list: connections(first: 100) { edges { node { id } } } }',
      counts: { HOST: 6, PARTICIPANT: 1, NETWORK_OPERATOR: 6, METERING_DATA_PROVIDER: 6, REGULATOR: 6 },
    },
    networks: {
      query: () => '{ list: networks(first: 100) { edges { node { id } } } }',
      counts: {
        HOST: 1,
        PARTICIPANT: 1,
        NETWORK_OPERATOR: 1,
        METERING_DATA_PROVIDER: 1,
        MARKET_OPERATOR: 1,
        DISTRIBUTOR: 1,
        REGULATOR: 1,
      },
    },
    markets: {
      query: () => '{ list: markets(first: 100) { edges { node { id } } } }',
      counts: {
        HOST: 1,
        PARTICIPANT: 1,
        NETWORK_OPERATOR: 1,
        METERING_DATA_PROVIDER: 1,
        MARKET_OPERATOR: 1,
        DISTRIBUTOR: 1,
        REGULATOR: 1,
      },
    },
    tariffs: {
      query: () =>
        '{ list: tariffs(first: 100) { edges { node { id versions(first: 1) { edges { node { version } } } } } } }',
      counts: {
        HOST: 1,
        PARTICIPANT: 1,
        NETWORK_OPERATOR: 1,
        METERING_DATA_PROVIDER: 1,
        MARKET_OPERATOR: 1,
        DISTRIBUTOR: 1,
        REGULATOR: 1,
      },
    },
    accounts: {
      query: () => '{ list: accounts(first: 100) { edges { node { id } } } }',
      counts: { HOST: 23, PARTICIPANT: 3, REGULATOR: 23 },
    },
    agreements: {
      query: () => '{ list: agreements(first: 100) { edges { node { id } } } }',
      counts: { HOST: 2, PARTICIPANT: 2, REGULATOR: 2 },
    },
    readings: {
      query: () =>
        `{ list: readings(connection: "${at.id('Connection', at.homes(0))}", first: 100) { edges { node { importWh } } } }`,
      counts: { HOST: 2, PARTICIPANT: 2, NETWORK_OPERATOR: 2, METERING_DATA_PROVIDER: 2, REGULATOR: 2 },
    },
    readingsOfANeighbour: {
      query: () =>
        `{ list: readings(connection: "${at.id('Connection', at.homes(1))}", first: 100) { edges { node { importWh } } } }`,
      counts: { HOST: 2, NETWORK_OPERATOR: 2, METERING_DATA_PROVIDER: 2, REGULATOR: 2 },
    },
    settlementRuns: {
      query: () =>
        `{ list: settlementRuns(market: "${at.id('Market', 1)}", first: 100) { edges { node { id } } } }`,
      counts: {
        HOST: 2,
        PARTICIPANT: 2,
        NETWORK_OPERATOR: 2,
        MARKET_OPERATOR: 2,
        DISTRIBUTOR: 2,
        REGULATOR: 2,
      },
    },
    trades: {
      query: () => '{ list: trades(first: 100) { edges { node { id } } } }',
      counts: { HOST: 16, PARTICIPANT: 6, REGULATOR: 16 },
    },
    units: {
      query: () => '{ list: units(first: 100) { edges { node { id issuedMicros } } } }',
      counts: {
        HOST: 2,
        PARTICIPANT: 2,
        NETWORK_OPERATOR: 2,
        METERING_DATA_PROVIDER: 2,
        MARKET_OPERATOR: 2,
        DISTRIBUTOR: 2,
        REGULATOR: 2,
      },
    },
  };

  test.each(Object.keys(LISTS))('%s: each role sees its own rows and an outsider none', async (name) => {
    const { query, counts } = LISTS[name];
    const seen: Partial<Record<Role, number>> = {};
    for (const role of ROLES) {
      const { list } = await at.data<{ list: Edges }>(await at.token(role), query());
      if (list.edges.length > 0) seen[role] = list.edges.length;
    }
    expect(seen).toEqual(counts);
    for (const role of ['HOST', 'NETWORK_OPERATOR', 'METERING_DATA_PROVIDER'] as const) {
      const { list } = await at.data<{ list: Edges }>(await at.token(role, 0, 'Stranger'), query());
      expect(list.edges).toHaveLength(0);
    }
    const other = await at.data<{ list: Edges }>(await at.token('PARTICIPANT', 0, 'Stranger'), query());
    expect(other.list.edges).toHaveLength(0);
  });

  test('absent and not yours are the same answer, by the same statements', async () => {
    const me = await at.token('PARTICIPANT', 0);
    const shown: unknown[] = [];
    const statements: number[] = [];
    for (const number of [at.homes(1), 9_999]) {
      const before = at.database.statements;
      shown.push(
        (await at.ask(me, 'query($id: ID!) { node(id: $id) { id } }', { id: at.id('Connection', number) }))
          .data,
      );
      statements.push(at.database.statements - before);
    }
    expect(shown[1]).toEqual(shown[0]);
    expect(shown[0]).toEqual({ node: null });
    expect(statements[1]).toBe(statements[0]);
  });

  test('P2P-15 one id for both sides: they and the regulator read it, an outsider gets nothing', async () => {
    const host = await at.token('HOST');
    const { trades } = await at.data<{ trades: Edges }>(
      host,
      '{ trades(first: 100) { edges { node { id tradeId stage seller { meterId } buyer { meterId } } } } }',
    );
    const contracted = trades.edges.find((e) => e.node.stage === 'CONTRACTED')!.node;
    const read = async (token: string): Promise<unknown> =>
      (
        await at.data<{ trade: unknown }>(
          token,
          'query($id: ID!) { trade(id: $id) { tradeId quantityWh } }',
          { id: contracted.tradeId },
        )
      ).trade;
    const expected = { tradeId: contracted.tradeId, quantityWh: '200' };
    expect(await read(await at.token('PARTICIPANT', 0))).toEqual(expected);
    expect(await read(await at.token('PARTICIPANT', 1))).toEqual(expected);
    expect(await read(await at.token('REGULATOR'))).toEqual(expected);
    expect(await read(await at.token('PARTICIPANT', 3))).toBeNull();
    expect(await read(await at.token('HOST', 0, 'Stranger'))).toBeNull();
  });

  test('a participant is not told the totals of fewer than five members', async () => {
    const small = await GatewayFixture.open({ homes: 3 });
    const query =
      'query($m: ID!, $s: Instant!) { interval(market: $m, start: $s) { members totals { importWh } } }';
    const variables = { m: small.id('Market', 1), s: new Date(START_MS).toISOString() };
    const ask = async (f: GatewayFixture, role: Role): Promise<unknown> =>
      (await f.data<{ interval: { totals: unknown } }>(await f.token(role), query, variables)).interval
        .totals;
    expect(await ask(small, 'PARTICIPANT')).toBeNull();
    expect(await ask(small, 'HOST')).toEqual({ importWh: '900' });
    expect(await ask(at, 'PARTICIPANT')).toEqual({ importWh: '4500' });
    await small.close();
  });
});

describe('figures', () => {
  test('an interval’s stages sum to what was metered', async () => {
    const { interval } = await at.data<{
      interval: {
        communityPrice: string;
        totals: Record<string, { quantityWh: string; amountMicros: string } & string>;
      };
    }>(
      await at.token('REGULATOR'),
      `query($m: ID!, $s: Instant!) { interval(market: $m, start: $s) { communityPrice stale backfill totals {
        importWh exportWh contracted { quantityWh amountMicros } nominated { quantityWh amountMicros } community { quantityWh amountMicros }
        residualImport { quantityWh amountMicros } residualExport { quantityWh amountMicros } } } }`,
      { m: at.id('Market', 1), s: new Date(START_MS).toISOString() },
    );
    const { totals } = interval;
    const wh = (stage: string): number => Number(totals[stage].quantityWh);
    expect(wh('contracted') + wh('nominated') + wh('community') + wh('residualImport')).toBe(
      Number(totals.importWh),
    );
    expect(wh('contracted') + wh('nominated') + wh('community') + wh('residualExport')).toBe(
      Number(totals.exportWh),
    );
    expect([wh('contracted'), wh('nominated'), wh('community')]).toEqual([200, 300, 1500]);
    expect(totals.contracted.amountMicros).toBe('50000');
  });

  test('P2P-16 a statement is the sum of its postings, beside the retailer alone, and leads back to the reading', async () => {
    const token = await at.token('PARTICIPANT', 1);
    const { statement } = await at.data<{
      statement: Record<string, never> & {
        lines: { amountMicros: string; lineId: string }[];
        intervals: Edges;
      };
    }>(
      token,
      `query($p: ID!) { statement(participant: $p, ${period()}) {
        positions importWh billMicros retailOnlyMicros savingMicros savingIsNegative stale
        contracted { bought { quantityWh amountMicros } sold { quantityWh } }
        community { bought { quantityWh amountMicros } }
        residualImport { quantityWh amountMicros } leviesMicros standingMicros
        lines { lineId basis payee quantityWh amountMicros }
        intervals(first: 10) { edges { node { start billMicros connection { meterId }
          reading { importWh source revision } settlementRun { inputDigest transaction { transactionId block } } } } } } }`,
      { p: at.id('Participant', at.participant(1)) },
    );
    const { accounts } = await at.data<{
      accounts: { edges: { node: { accountKind: string; balanceMicros: string; entries: Edges } }[] };
    }>(
      token,
      '{ accounts(first: 10) { edges { node { accountKind balanceMicros entries(first: 50) { edges { node { sequence amountMicros balanceAfterMicros intervalStart transaction { transactionId } } } } } } } }',
    );
    const dues = accounts.edges.find((e) => e.node.accountKind === 'DUES')!.node;
    expect(-Number(statement.billMicros)).toBe(Number(dues.balanceMicros));
    const posted = dues.entries.edges.map((e) => Number(e.node.amountMicros));
    expect(posted.reduce((a, b) => a + b, 0)).toBe(Number(dues.balanceMicros));
    expect(statement).toMatchObject({
      positions: 2,
      importWh: '600',
      contracted: { bought: { quantityWh: '400', amountMicros: '100000' }, sold: { quantityWh: '0' } },
      stale: false,
    });
    expect(Number(statement.retailOnlyMicros)).toBe(180_000);
    expect(Number(statement.savingMicros)).toBe(
      Number(statement.retailOnlyMicros) - Number(statement.billMicros),
    );
    expect(statement.savingIsNegative).toBe(false);
    const lines = Object.fromEntries(statement.lines.map((l) => [l.lineId, Number(l.amountMicros)]));
    expect(lines.energy).toBe(Number((statement.residualImport as { amountMicros: string }).amountMicros));
    const [first] = statement.intervals.edges;
    expect(first.node).toMatchObject({
      reading: { importWh: '300', source: 'file-1', revision: 0 },
      connection: { meterId: 'meter-1' },
    });
    expect(
      (first.node.settlementRun as unknown as { transaction: { transactionId: string } }).transaction
        .transactionId,
    ).toMatch(/^[0-9a-f]{64}$/);
  });

  test('pages are stable: one after the other they are the whole list', async () => {
    const token = await at.token('HOST');
    const all = (
      await at.data<{ trades: Edges }>(token, '{ trades(first: 100) { edges { node { id } } } }')
    ).trades.edges.map((e) => e.node.id);
    const seen: string[] = [];
    for (let after: string | null = null; ;) {
      const { trades }: { trades: Edges } = await at.data(
        token,
        'query($a: String) { trades(first: 5, after: $a) { edges { node { id } } pageInfo { hasNextPage endCursor } } }',
        { a: after },
      );
      seen.push(...trades.edges.map((e) => e.node.id));
      if (!trades.pageInfo.hasNextPage) break;
      after = trades.pageInfo.endCursor;
    }
    expect(seen).toEqual(all);
    expect(new Set(seen).size).toBe(16);
  });

  test('the number of statements does not grow with the rows', async () => {
    const token = await at.token('REGULATOR');
    const query =
      'query($n: Int!) { trades(first: $n) { edges { node { id seller { meterId participant { participantId } } buyer { meterId } agreement { price market { marketId } } } } } }';
    const count = async (n: number): Promise<number> => {
      const before = at.database.statements;
      await at.data(token, query, { n });
      return at.database.statements - before;
    };
    expect(await count(16)).toBeLessThanOrEqual(await count(8));
  });

  test('ledger info, blocks and transactions', async () => {
    const token = await at.token('HOST');
    const { ledgerInfo, blocks } = await at.data<{ ledgerInfo: Record<string, string>; blocks: Edges }>(
      token,
      '{ ledgerInfo { engine height readableHeight readModelStopped } blocks(first: 2) { edges { node { number headerHash previousHash } } } }',
    );
    expect(ledgerInfo).toMatchObject({
      engine: 'embedded',
      readModelStopped: false,
      readableHeight: ledgerInfo.height,
    });
    expect(blocks.edges[0].node.previousHash).toBe(blocks.edges[1].node.headerHash);
    const { nodes } = await at.data<{ nodes: unknown[] }>(
      token,
      'query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }',
      {
        ids: [at.id('Market', 1), 'nonsense', encodeNodeId('Market', 'Brightwater', 77), at.id('Account', 1)],
      },
    );
    expect(nodes).toEqual([
      { id: at.id('Market', 1), __typename: 'Market' },
      null,
      null,
      { id: at.id('Account', 1), __typename: 'Account' },
    ]);
  });
});
