/** Every root field by every role: who sees which rows, and that what is absent and what is not yours are one answer. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gridbookSchema } from '../../api/schema/build.js';
import { Asking, inWords, type PageOf } from './asking.js';
import { id, idIn, seedLanes, seedTotals, T1, TRADE, TX, VIEWERS, type ViewerName } from './lanes.js';
import { B, hashOf, insert, R, T0, upTo } from './seed.js';

let at: Asking;
beforeAll(async () => {
  at = await Asking.open();
  await seedLanes(at.database);
});
afterAll(() => at.close());

const NAMES = Object.keys(VIEWERS) as ViewerName[];
const b = (...numbers: (number | string)[]): string[] => numbers.map((n) => `${B}/${n}`);
const r = (...numbers: (number | string)[]): string[] => numbers.map((n) => `${R}/${n}`);
const iso = (ms: number): string => new Date(ms).toISOString();

type Seen = Partial<Record<ViewerName, string[]>>;
/** What takes part in Brightwater's lane sees the first, in Rivermouth's the second. */
const publicly = (ours: string[], theirs: string[]): Seen => ({
  ...Object.fromEntries(
    ['host', 'one', 'two', 'six', 'operator', 'otherOperator', 'otherProvider'].map((name) => [name, ours]),
  ),
  otherHost: theirs,
  elsewhere: theirs,
  otherMarketOperator: theirs,
  ...Object.fromEntries(
    ['provider', 'marketOperator', 'distributor', 'regulator'].map((name) => [name, [...ours, ...theirs]]),
  ),
});
const without = (seen: Seen, ...names: ViewerName[]): Seen =>
  Object.fromEntries(Object.entries(seen).filter(([name]) => !names.includes(name as ViewerName)));

const blocks = upTo(0, 4).map(String);
const ROOT_LISTS: Record<string, { args?: string; node?: string; seen: Seen }> = {
  participants: {
    seen: {
      ...{ host: b(1, 2, 3, 4, 5, 6), otherHost: r(1), one: b(1), two: b(2), six: b(6), elsewhere: r(1) },
      ...{ operator: b(1, 2, 3, 4, 5, 6), otherOperator: b(6), regulator: [...b(1, 2, 3, 4, 5, 6), ...r(1)] },
    },
  },
  connections: {
    seen: {
      ...{
        host: b(1, 2, 3, 4, 5, 6, 7),
        otherHost: r(1),
        one: b(1),
        two: b(2),
        six: b(6, 7),
        elsewhere: r(1),
      },
      ...{ operator: b(1, 2, 3, 4, 5, 6), otherOperator: b(7), otherProvider: b(7) },
      ...{ provider: [...b(1, 2, 3, 4, 5, 6), ...r(1)], regulator: [...b(1, 2, 3, 4, 5, 6, 7), ...r(1)] },
    },
  },
  networks: { seen: publicly(b(1, 2), r(1)) },
  markets: { seen: publicly(b(1, 2), r(1)) },
  tariffs: { seen: publicly(b(1), r(1)) },
  units: { seen: publicly(b(1, 2), r(1)) },
  memberships: {
    node: 'connection { id }',
    seen: {
      ...{
        host: b(1, 2, 3, 4, 5, 6, 7),
        otherHost: r(1),
        one: b(1),
        two: b(2),
        six: b(6, 7),
        elsewhere: r(1),
      },
      regulator: [...b(1, 2, 3, 4, 5, 6, 7), ...r(1)],
    },
  },
  agreements: {
    seen: { host: b(1, 2), one: b(1), two: b(1), regulator: b(1, 2) },
  },
  accounts: {
    seen: {
      host: b(1, 2, 3, 4, ...upTo(11, 16), ...upTo(21, 26), 31, 32),
      ...{ otherHost: r(11), one: b(11, 21, 31), two: b(12, 22, 32), six: b(16, 26), elsewhere: r(11) },
      ...{ operator: b(3), distributor: b(4) },
      regulator: [...b(1, 2, 3, 4, ...upTo(11, 16), ...upTo(21, 26), 31, 32), ...r(11)],
    },
  },
  receivables: {
    node: 'connection { id }',
    seen: { host: b(2), two: b(2), otherHost: r(1), elsewhere: r(1), regulator: [...b(2), ...r(1)] },
  },
  trades: {
    seen: {
      host: b(...Object.values(TRADE).slice(0, 4)),
      ...{ one: b(TRADE.contract), two: b(TRADE.contract), six: b(TRADE.purchase) },
      ...{ otherHost: r(TRADE.other), elsewhere: r(TRADE.other) },
      regulator: [...b(...Object.values(TRADE).slice(0, 4)), ...r(TRADE.other)],
    },
  },
  blocks: {
    node: 'number',
    seen: {
      ...{ host: blocks, otherHost: blocks, operator: blocks, otherOperator: blocks, provider: blocks },
      ...{ otherProvider: blocks, marketOperator: blocks, distributor: blocks, regulator: blocks },
      otherMarketOperator: blocks,
    },
  },
  transactions: {
    seen: without(
      publicly(b(TX.setUp, TX.readings, TX.settled), r(TX.otherSetUp, TX.otherReadings)),
      ...(['one', 'two', 'six', 'elsewhere'] as const),
    ),
  },
  'readings of a home': {
    args: `connection: "${id('Connection', 2)}"`,
    seen: Object.fromEntries(
      ['host', 'two', 'operator', 'provider', 'regulator'].map((name) => [
        name,
        b(`2/${T0}/0`, `2/${T0}/1`, `2/${T1}/0`),
      ]),
    ),
  },
  'readings of a second meter': {
    args: `connection: "${id('Connection', 7)}"`,
    seen: Object.fromEntries(
      ['host', 'six', 'otherOperator', 'otherProvider', 'regulator'].map((name) => [
        name,
        b(`7/${T0}/0`, `7/${T1}/0`),
      ]),
    ),
  },
  'readings in another lane': {
    args: `connection: "${idIn('Connection', R, 1)}"`,
    seen: Object.fromEntries(
      ['otherHost', 'elsewhere', 'provider', 'regulator'].map((name) => [name, r(`1/${T0}/0`)]),
    ),
  },
  'settlementRuns of a market': {
    args: `market: "${id('Market', 1)}"`,
    seen: Object.fromEntries(
      ['host', 'one', 'two', 'six', 'operator', 'marketOperator', 'distributor', 'regulator'].map((name) => [
        name,
        b(`1/${T0}/0`, `1/${T1}/0`),
      ]),
    ),
  },
  'settlementRuns of a market on another network': {
    args: `market: "${id('Market', 2)}"`,
    seen: Object.fromEntries(
      ['host', 'one', 'two', 'six', 'otherOperator', 'marketOperator', 'distributor', 'regulator'].map(
        (name) => [name, b(`2/${T0}/0`)],
      ),
    ),
  },
};

describe('lists', () => {
  test.each(Object.keys(ROOT_LISTS))('%s: each viewer sees its own rows, an outsider none', async (name) => {
    const { args = '', node = 'id', seen } = ROOT_LISTS[name];
    const query = `{ list: ${name.split(' ')[0]}(first: 100 ${args}) { edges { node { ${node} } } } }`;
    const shown: Seen = {};
    for (const viewer of NAMES) {
      const { list } = await at.data<{ list: PageOf<Record<string, never>> }>(VIEWERS[viewer], query);
      const labels = list.edges.map(({ node: n }) => labelOf(n));
      if (labels.length > 0) shown[viewer] = labels.sort();
    }
    expect(shown).toEqual(
      Object.fromEntries(Object.entries(seen).map(([viewer, labels]) => [viewer, [...labels].sort()])),
    );
  });
});

function labelOf(node: { id?: string; number?: string; connection?: { id: string } }): string {
  return node.number ?? inWords((node.id ?? node.connection?.id) as string);
}

const ONLY_THEIRS: ViewerName[] = ['otherHost', 'elsewhere', 'otherMarketOperator'];
const OURS = NAMES.filter((name) => name in publicly([], []) && !ONLY_THEIRS.includes(name));
const THEIRS: ViewerName[] = [...ONLY_THEIRS, 'provider', 'marketOperator', 'distributor', 'regulator'];
const RUN_READERS: ViewerName[] = ['host', 'one', 'two', 'six', 'marketOperator', 'distributor', 'regulator'];

/** A record of each kind, and who sees it. */
const NODES: [kind: string, id: string, seenBy: ViewerName[]][] = [
  ['a participant', id('Participant', 1), ['host', 'one', 'operator', 'regulator']],
  [
    'a participant on two networks',
    id('Participant', 6),
    ['host', 'six', 'operator', 'otherOperator', 'regulator'],
  ],
  ['a network', id('Network', 1), OURS],
  ['a network of another lane', idIn('Network', R, 1), THEIRS],
  ['a connection', id('Connection', 1), ['host', 'one', 'operator', 'provider', 'regulator']],
  ['a second meter', id('Connection', 7), ['host', 'six', 'otherOperator', 'otherProvider', 'regulator']],
  ['a unit', id('Unit', 2), OURS],
  ['a participant’s account', id('Account', 11), ['host', 'one', 'regulator']],
  ['a network operator’s account', id('Account', 3), ['host', 'operator', 'regulator']],
  ['a distributor’s account', id('Account', 4), ['host', 'distributor', 'regulator']],
  ['a tariff', id('Tariff', 1), OURS],
  ['a market', id('Market', 1), OURS],
  ['an agreement', id('Agreement', 1), ['host', 'one', 'two', 'regulator']],
  ['a hold between two', id('Hold', 1), ['host', 'one', 'two', 'regulator']],
  ['a hold for the host', id('Hold', 2), ['host', 'two', 'regulator']],
  ['a run', id('SettlementRun', 1, T0, 0), [...RUN_READERS, 'operator']],
  ['a run on another network', id('SettlementRun', 2, T0, 0), [...RUN_READERS, 'otherOperator']],
  ['a position', id('Position', 1, 1, T0, 0), ['host', 'one', 'regulator']],
  ['a reading', id('Reading', 1, T0, 0), ['host', 'one', 'operator', 'provider', 'regulator']],
  [
    'a reading of a second meter',
    id('Reading', 7, T0, 0),
    ['host', 'six', 'otherOperator', 'otherProvider', 'regulator'],
  ],
  ['a trade between two', id('Trade', TRADE.contract), ['host', 'one', 'two', 'regulator']],
  ['a sale to the pool', id('Trade', TRADE.sale), ['host', 'regulator']],
  ['a purchase from the pool', id('Trade', TRADE.purchase), ['host', 'six', 'regulator']],
  ['a transaction', id('Transaction', TX.settled), OURS],
  ['a transaction of another lane', idIn('Transaction', R, TX.otherSetUp), THEIRS],
];

describe('nodes', () => {
  test.each(NODES)('%s is read by whom it concerns', async (_, node, seenBy) => {
    const readers: ViewerName[] = [];
    for (const name of NAMES) {
      const answer = await at.data<{ node: { id: string } | null }>(
        VIEWERS[name],
        'query($id: ID!) { node(id: $id) { id } }',
        { id: node },
      );
      if (answer.node) readers.push(name);
      if (answer.node) expect(answer.node.id).toBe(node);
    }
    expect(readers.sort()).toEqual([...seenBy].sort());
  });

  test.each(NAMES)('nodes: %s gets those that it sees, in order, and null for the others', async (name) => {
    const { nodes } = await at.data<{ nodes: ({ id: string } | null)[] }>(
      VIEWERS[name],
      'query($ids: [ID!]!) { nodes(ids: $ids) { id } }',
      { ids: NODES.map(([, node]) => node) },
    );
    expect(nodes).toEqual(NODES.map(([, node, seenBy]) => (seenBy.includes(name) ? { id: node } : null)));
  });

  test('a hash under another lane is the id of nothing', async () => {
    for (const node of [idIn('Trade', R, TRADE.contract), idIn('Transaction', R, TX.settled)]) {
      const answer = await at.data(VIEWERS.regulator, 'query($id: ID!) { node(id: $id) { id } }', {
        id: node,
      });
      expect(answer).toEqual({ node: null });
    }
  });
});

/** Root fields that answer one thing, and who gets it. */
const SINGLES: [field: string, seenBy: ViewerName[]][] = [
  [`market(id: "${id('Market', 2)}") { id }`, OURS],
  [`network(id: "${id('Network', 2)}") { id }`, OURS],
  [`interval(market: "${id('Market', 1)}", start: "${iso(T0)}") { id }`, [...RUN_READERS, 'operator']],
  [`trade(id: "${TRADE.contract}") { id }`, ['host', 'one', 'two', 'regulator']],
  [`trade(id: "${id('Trade', TRADE.sale)}") { id }`, ['host', 'regulator']],
  [`transaction(transactionId: "${TX.settled}") { id }`, OURS],
  [
    'block(number: "3") { number }',
    NAMES.filter((name) => 'number' in VIEWERS[name] || name in ROOT_LISTS.blocks.seen),
  ],
  [
    `statement(participant: "${id('Participant', 1)}", from: "${iso(T0)}", to: "${iso(T1)}") { positions }`,
    ['host', 'one', 'regulator'],
  ],
  ['viewer { organisation }', NAMES],
  ['ledgerInfo { height }', NAMES],
];

describe('single records', () => {
  test.each(SINGLES)('%s', async (field, seenBy) => {
    const readers: ViewerName[] = [];
    for (const name of NAMES) {
      const { found } = await at.data<{ found: unknown }>(VIEWERS[name], `{ found: ${field} }`);
      if (found !== null) readers.push(name);
    }
    expect(readers.sort()).toEqual([...seenBy].sort());
  });

  test('every root field stands in this file', async () => {
    const fields = Object.keys((await gridbookSchema()).getQueryType()!.getFields());
    const tried = [
      ...Object.keys(ROOT_LISTS).map((name) => name.split(' ')[0]),
      ...SINGLES.map(([field]) => field.split(/\W/)[0]),
      ...['node', 'nodes'],
    ];
    expect([...new Set(tried)].sort()).toEqual(fields.sort());
  });

  test('nobody gets anything without a token', async () => {
    for (const field of [...SINGLES.map(([f]) => f), 'participants(first: 1) { pageInfo { hasNextPage } }']) {
      const { data, errors } = await at.answer(undefined, `{ ${field} }`);
      expect(data ? Object.values(data) : [null]).toEqual([null]);
      expect(errors).toHaveLength(1);
    }
  });
});

describe('absent and not yours', () => {
  const ABSENT_AND_NOT_YOURS: [what: string, query: string, absent: string, notYours: string][] = [
    ...(
      [
        ['Participant', [999], [2]],
        ['Connection', [999], [2]],
        ['Account', [999], [12]],
        ['Agreement', [999], [2]],
        ['Hold', [999], [2]],
        ['Position', [1, 999, T0, 0], [1, 2, T0, 0]],
        ['Reading', [999, T0, 0], [2, T0, 0]],
        ['Trade', [hashOf(999)], [TRADE.sale]],
      ] as const
    ).map(([kind, absent, notYours]): [string, string, string, string] => [
      `node of a ${kind}`,
      'query($id: ID!) { found: node(id: $id) { id } }',
      id(kind, ...absent),
      id(kind, ...notYours),
    ]),
    [
      'node of a Market',
      'query($id: ID!) { found: node(id: $id) { id } }',
      idIn('Market', R, 9),
      idIn('Market', R, 1),
    ],
    [
      'market',
      'query($id: ID!) { found: market(id: $id) { id } }',
      idIn('Market', R, 9),
      idIn('Market', R, 1),
    ],
    [
      'network',
      'query($id: ID!) { found: network(id: $id) { id } }',
      idIn('Network', R, 9),
      idIn('Network', R, 1),
    ],
    ['trade', 'query($id: ID!) { found: trade(id: $id) { id } }', hashOf(999), TRADE.nomination],
    [
      'transaction',
      'query($id: String!) { found: transaction(transactionId: $id) { id } }',
      hashOf(999),
      TX.otherSetUp,
    ],
    ['block', 'query($id: String!) { found: block(number: $id) { number } }', '999', '3'],
    [
      'interval',
      `query($id: ID!) { found: interval(market: $id, start: "${iso(T0)}") { id } }`,
      idIn('Market', R, 9),
      idIn('Market', R, 1),
    ],
    [
      'statement',
      `query($id: ID!) { found: statement(participant: $id, fromDay: "2025-06-01", toDay: "2025-06-01") { billMicros } }`,
      id('Participant', 999),
      id('Participant', 2),
    ],
    ...['readings', 'trades'].map((list): [string, string, string, string] => [
      list,
      `query($id: ID!) { found: ${list}(first: 5, connection: $id) { edges { node { id } } } }`,
      id('Connection', 999),
      id('Connection', 5),
    ]),
    [
      'settlementRuns',
      'query($id: ID!) { found: settlementRuns(first: 5, market: $id) { edges { node { id } } } }',
      idIn('Market', R, 9),
      idIn('Market', R, 1),
    ],
    [
      'accounts',
      'query($id: ID!) { found: accounts(first: 5, participant: $id) { edges { node { id } } } }',
      id('Participant', 999),
      id('Participant', 2),
    ],
  ];

  test.each(ABSENT_AND_NOT_YOURS)(
    '%s: the same answer by the same statements',
    async (_, query, absent, notYours) => {
      const me = VIEWERS.one;
      const answers = [await at.data(me, query, { id: absent }), await at.data(me, query, { id: notYours })];
      const sent = [
        await at.statements(me, query, { id: absent }),
        await at.statements(me, query, { id: notYours }),
      ];
      expect(answers[1]).toEqual(answers[0]);
      expect([null, { edges: [] }]).toContainEqual((answers[0] as { found: unknown }).found);
      expect(sent[0].length).toBeGreaterThan(0);
      expect(sent[1]).toEqual(sent[0]);
    },
  );
});

describe('what hangs on a record', () => {
  test('a participant sees of a run its own position and trades, not its neighbours’', async () => {
    const query = `{ interval(market: "${id('Market', 1)}", start: "${iso(T0)}") {
      positions(first: 100) { edges { node { connection { id } } } }
      trades(first: 100) { edges { node { tradeId sellerId buyerId seller { id } buyer { id } } } } } }`;
    interface Answer {
      interval: {
        positions: PageOf<{ connection: { id: string } }>;
        trades: PageOf<{ tradeId: string }>;
      };
    }
    const { interval } = await at.data<Answer>(VIEWERS.one, query);
    expect(interval.positions.edges.map((e) => inWords(e.node.connection.id))).toEqual(b(1));
    expect(interval.trades.edges.map((e) => e.node)).toEqual([
      {
        tradeId: TRADE.contract,
        // Both sides know each other by id; the neighbour's record stays its own.
        ...{ sellerId: id('Connection', 1), buyerId: id('Connection', 2) },
        ...{ seller: { id: id('Connection', 1) }, buyer: null },
      },
    ]);
    const all = await at.data<Answer>(VIEWERS.host, query);
    expect(all.interval.positions.edges).toHaveLength(6);
    expect(all.interval.trades.edges).toHaveLength(4);
    const operator = await at.data<Answer>(VIEWERS.operator, query);
    expect(operator.interval.positions.edges).toEqual([]);
    expect(operator.interval.trades.edges).toEqual([]);
  });

  test('postings are seen by whoever sees their account', async () => {
    const query =
      '{ accounts(first: 100) { edges { node { id entries(first: 100) { edges { node { amountMicros } } } } } } }';
    const posted = async (name: ViewerName): Promise<Record<string, string[]>> => {
      const { accounts } = await at.data<{
        accounts: PageOf<{ id: string; entries: PageOf<{ amountMicros: string }> }>;
      }>(VIEWERS[name], query);
      const found = accounts.edges.map(({ node }): [string, string[]] => [
        inWords(node.id),
        node.entries.edges.map((e) => e.node.amountMicros),
      ]);
      return Object.fromEntries(found.filter(([, amounts]) => amounts.length > 0));
    };
    expect(await posted('one')).toEqual({ [`${B}/11`]: ['-100'], [`${B}/31`]: ['5000'] });
    expect(await posted('operator')).toEqual({ [`${B}/3`]: ['3000'] });
    expect(await posted('elsewhere')).toEqual({ [`${R}/11`]: ['-5'] });
    expect(Object.keys(await posted('host'))).toHaveLength(9);
    expect(Object.keys(await posted('regulator'))).toHaveLength(10);
  });

  test('what leads from a shared record to a private one is null', async () => {
    const { connections } = await at.data<{ connections: PageOf<object> }>(
      VIEWERS.provider,
      `{ connections(first: 1) { edges { node { id participant { id } memberships(first: 5) { edges { node { effectiveFrom } } }
        communityPreferences(first: 5) { edges { node { minSellPrice } } } readings(first: 1) { edges { node { importWh } } } } } } }`,
    );
    expect(connections.edges[0].node).toEqual({
      id: id('Connection', 1),
      participant: null,
      memberships: { edges: [] },
      communityPreferences: { edges: [] },
      readings: { edges: [{ node: { importWh: '0' } }] },
    });
  });

  test('a side of an agreement sees who proposed it only where it did itself', async () => {
    const query = '{ agreements(first: 5) { edges { node { sellerId buyerId proposedBy { id } } } } }';
    const shown = async (name: ViewerName): Promise<unknown> =>
      (await at.data<{ agreements: PageOf<{ proposedBy: unknown }> }>(VIEWERS[name], query)).agreements
        .edges[0].node.proposedBy;
    expect(await shown('one')).toEqual({ id: id('Participant', 1) });
    expect(await shown('two')).toBeNull();
  });

  test('a participant gets a receipt without counts; an organisation of the lane with them', async () => {
    const query = `{ transaction(transactionId: "${TX.settled}") { transactionId block commands refused replayed } }`;
    expect(await at.data(VIEWERS.one, query)).toEqual({
      transaction: { transactionId: TX.settled, block: '3', commands: null, refused: null, replayed: null },
    });
    expect(await at.data(VIEWERS.operator, query)).toEqual({
      transaction: { transactionId: TX.settled, block: '3', commands: 3, refused: 1, replayed: 0 },
    });
  });
});

describe('totals of few members', () => {
  const FIGURES = 'totals { importWh } unmatchedByCapWh inputDigest outputDigest';
  const figuresOf = async (name: ViewerName, market: number, start = T0): Promise<unknown> =>
    (
      await at.data<{ interval: unknown }>(
        VIEWERS[name],
        `{ interval(market: "${id('Market', market)}", start: "${iso(start)}") { ${FIGURES} } }`,
      )
    ).interval;
  const withheld = { totals: null, unmatchedByCapWh: null, inputDigest: null, outputDigest: null };

  test('of one member they are withheld from participants, and from them alone', async () => {
    expect(await figuresOf('six', 2)).toEqual(withheld);
    for (const name of ['host', 'otherOperator', 'marketOperator', 'distributor', 'regulator'] as const) {
      expect(await figuresOf(name, 2)).toMatchObject({ totals: { importWh: '0' }, unmatchedByCapWh: '7' });
    }
  });

  test('of six members they are told', async () => {
    expect(await figuresOf('one', 1)).toEqual({
      totals: { importWh: '1512' },
      ...{ unmatchedByCapWh: '7', inputDigest: hashOf(4), outputDigest: hashOf(5) },
    });
  });

  test('five meters of four participants are four members', async () => {
    const start = T1 + 900_000;
    await insert(at.database, 'run', { market: 1, start, members: 5, import_wh: 50 });
    await insert(
      at.database,
      'position',
      ...[1, 2, 3, 6, 7].map((connection) => ({ connection, start, import_wh: 10 })),
    );
    await seedTotals(at.database);
    expect(await figuresOf('one', 1, start)).toEqual(withheld);
    expect(await figuresOf('host', 1, start)).toMatchObject({ totals: { importWh: '50' } });
  });
});
