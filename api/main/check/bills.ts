/**
 * Bills: each is the sum of its parts, each part follows from the tariff in force, and what each settlement posted is
 * exactly what bills, tariff lines and rounding come to. Recomputed here from readings, trades and tariff versions.
 */
import type { Session } from '../../readmodel/session.js';
import { tariffSums, type TariffLine } from '../../../schema/trade/charges.js';
import { placeOf, RuleViolation, sqlProof, type Proof } from './proof.js';

const PAGE_ROWS = 5_000;
const RULE = 'P2P-16';
const WHAT =
  'every bill, tariff line, counterfactual and receivable, recomputed from tariff versions, is what was recorded and posted';

type Row = Readonly<Record<string, unknown>>;
const number = (row: Row, name: string): number => Number(row[name]);

/** All that one transaction posted for one interval: account → micros. */
class Posted {
  private readonly accounts = new Map<string, bigint>();

  add(account: unknown, micros: number): void {
    const key = String(account);
    this.accounts.set(key, (this.accounts.get(key) ?? 0n) + BigInt(micros));
  }

  /** Accounts with an amount other than zero. */
  get amounts(): Map<string, bigint> {
    return new Map([...this.accounts].filter(([, micros]) => micros !== 0n));
  }
}

const recomputed: Proof = {
  rule: RULE,
  what: WHAT,
  unit: 'bill',
  prove: async (session) => {
    const settlements = await Settlements.load(session);
    const check = new Recomputation(settlements, await tariffs(session), await receivables(session));
    await session.run(
      `declare bills no scroll cursor for
       select p.*, c.sanctioned_load_w, n.interval_seconds, m.rounding_account,
         s.dues_account, s.receivable_account, s.tariff as member_tariff
       from (
         select p.*, r.block, r.position, true as complete from position p
         join run r on r.lane = p.lane and r.market = p.market and r.start = p.start and r.run = p.run
         union all
         select o.*, q.block, q.position, false from open_position o
         join run_part q on q.lane = o.lane and q.market = o.market and q.start = o.start and q.run = o.run
           and q.from_member = 0
       ) p
       join connection c on c.lane = p.lane and c.number = p.connection
       join market m on m.lane = p.lane and m.number = p.market
       join network n on n.lane = m.lane and n.number = m.network
       left join lateral (
         select * from membership s where s.lane = p.lane and s.market = p.market and s.connection = p.connection
           and s.effective_from <= p.start order by s.effective_from desc limit 1) s on true
       order by p.lane, p.block, p.position, p.start, p.market, c.slot, p.connection`,
    );
    for (;;) {
      const { rows } = await session.run(`fetch ${PAGE_ROWS} from bills`);
      for (const row of rows) check.bill(row);
      if (rows.length < PAGE_ROWS) break;
    }
    await session.run('close bills');
    await comparePostings(session, settlements, check.posted);
    return check.count;
  },
};

/**
 * Which settlement a posting belongs to: all that one transaction posts for an interval is one; so is all that the
 * parts of a run post, in however many transactions.
 */
class Settlements {
  private constructor(private readonly parts: ReadonlySet<string>) {}

  static async load(session: Session): Promise<Settlements> {
    const { rows } = await session.run('select lane, block, position, start from run_part');
    return new Settlements(new Set(rows.map(placeKey)));
  }

  keyOf(row: Row): string {
    const place = placeKey(row);
    return this.parts.has(place) ? `${row.lane as string}/in parts/0/${row.start as string}` : place;
  }
}

const placeKey = (row: Row): string =>
  `${row.lane as string}/${row.block as string}/${number(row, 'position')}/${row.start as string}`;

class Recomputation {
  count = 0n;
  /** By settlement. */
  readonly posted = new Map<string, Posted>();

  constructor(
    private readonly settlements: Settlements,
    private readonly tariffs: ReadonlyMap<string, readonly TariffLine[]>,
    private readonly receivables: Map<string, Row[]>,
  ) {}

  bill(row: Row): void {
    this.count++;
    const lines = this.tariffs.get(
      `${row.lane as string}/${row.tariff as string}/${number(row, 'tariff_version')}`,
    );
    if (!lines) fail(row, 'its tariff version was never published');
    if (row.dues_account === null || row.member_tariff !== row.tariff)
      fail(row, 'it is not the tariff of its membership');
    const energy = {
      importWh: number(row, 'import_wh'),
      exportWh: number(row, 'export_wh'),
      boughtWh:
        number(row, 'contracted_bought_wh') +
        number(row, 'nominated_bought_wh') +
        number(row, 'community_bought_wh'),
      soldWh:
        number(row, 'contracted_sold_wh') +
        number(row, 'nominated_sold_wh') +
        number(row, 'community_sold_wh'),
    };
    const interval = {
      start: number(row, 'start'),
      durationSeconds: number(row, 'interval_seconds'),
      sanctionedLoadW: number(row, 'sanctioned_load_w'),
    };
    const posted = this.postedOf(row);
    const sums = tariffSums(lines, energy, interval, (line, _, amount) => posted.add(line.payee, amount));
    const parts = {
      residual_import_micros: sums.residualImportMicros,
      residual_export_micros: sums.residualExportMicros,
      levies_micros: sums.leviesMicros,
      standing_micros: sums.standingMicros,
      retail_only_micros: sums.retailOnlyMicros,
    };
    for (const [name, amount] of Object.entries(parts)) {
      if (number(row, name) !== amount)
        fail(row, `${name.replaceAll('_', ' ')} is ${row[name] as string}, not ${amount}`);
    }
    posted.add(row.dues_account, -number(row, 'bill_micros'));
    // What rounding leaves is posted with the last part.
    if (row.complete)
      posted.add(
        row.rounding_account,
        number(row, 'community_bought_micros') - number(row, 'community_sold_micros'),
      );
    this.carry(row, posted);
  }

  /** What the dues account could not carry stands on the receivable account instead. */
  private carry(row: Row, posted: Posted): void {
    const key = `${row.lane as string}/${row.market as string}/${row.start as string}/${row.connection as string}`;
    const list = this.receivables.get(key) ?? [];
    this.receivables.delete(key);
    for (const receivable of list) {
      if (receivable.account !== row.receivable_account)
        fail(row, 'its receivable stands on another account');
      posted.add(row.dues_account, number(receivable, 'amount'));
      posted.add(receivable.account, -number(receivable, 'amount'));
    }
  }

  private postedOf(row: Row): Posted {
    const key = this.settlements.keyOf(row);
    let posted = this.posted.get(key);
    if (!posted) this.posted.set(key, (posted = new Posted()));
    return posted;
  }
}

async function tariffs(session: Session): Promise<Map<string, TariffLine[]>> {
  const { rows } = await session.run('select lane, tariff, version, lines from tariff_version');
  return new Map(
    rows.map((row) => [
      `${row.lane as string}/${row.tariff as string}/${number(row, 'version')}`,
      (row.lines as Record<string, unknown>[]).map((line) => ({
        ...(line as unknown as TariffLine),
        payee: Number(line.payee),
        rateMicros: Number(line.rateMicros),
      })),
    ]),
  );
}

async function receivables(session: Session): Promise<Map<string, Row[]>> {
  const { rows } = await session.run(
    'select lane, market, start, connection, account, amount from receivable',
  );
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.lane as string}/${row.market as string}/${row.start as string}/${row.connection as string}`;
    const list = found.get(key);
    if (list) list.push(row);
    else found.set(key, [row]);
  }
  return found;
}

/**
 * The entries of every settlement, against what was recomputed; neither side has one more. Clearing accounts stand
 * between the parts of a run and have a proof of their own.
 */
async function comparePostings(
  session: Session,
  settlements: Settlements,
  expected: ReadonlyMap<string, Posted>,
): Promise<void> {
  const amounts = new Map([...expected].map(([key, posted]) => [key, posted.amounts]));
  const inParts = new Map<string, { row: Row; posted: Posted }>();
  await session.run(
    `declare postings no scroll cursor for
     select e.lane, e.block, e.position, e.interval_start as start, e.account, sum(e.amount) as amount from entry e
     join account a on a.lane = e.lane and a.number = e.account
     where e.interval_start is not null and a.kind <> 'CLEARING'
     group by e.lane, e.block, e.position, e.interval_start, e.account`,
  );
  const compare = (key: string, row: Row, account: string, micros: bigint): void => {
    const of = amounts.get(key);
    if (of?.get(account) !== micros)
      fail(row, `account ${account} was posted ${micros}, not ${of?.get(account) ?? 0n}`);
    of.delete(account);
  };
  for (;;) {
    const { rows } = await session.run(`fetch ${PAGE_ROWS} from postings`);
    for (const row of rows) {
      const key = settlements.keyOf(row);
      if (key === placeKey(row)) {
        compare(key, row, row.account as string, BigInt(row.amount as string));
        continue;
      }
      const sum = inParts.get(key) ?? { row, posted: new Posted() };
      inParts.set(key, sum);
      sum.posted.add(row.account, Number(row.amount));
    }
    if (rows.length < PAGE_ROWS) break;
  }
  await session.run('close postings');
  for (const [key, { row, posted }] of inParts) {
    for (const [account, micros] of posted.amounts) compare(key, row, account, micros);
  }
  for (const [key, left] of amounts) {
    for (const [account, micros] of left) {
      const [lane, block, position, start] = key.split('/');
      fail({ lane, block, position, start }, `account ${account} was not posted its ${micros}`);
    }
  }
}

function fail(row: Row, detail: string): never {
  const { lane, block, position, market, connection, start } = row;
  const place = {
    lane,
    block,
    transaction: position,
    market: market ?? null,
    connection: connection ?? null,
    start,
  };
  throw new RuleViolation(RULE, WHAT, `${placeOf(place)}: ${detail}`);
}

export const BILLS: readonly Proof[] = [
  sqlProof({
    rule: 'P2P-01',
    what: 'each bill is bilateral + community bought − sold + residual + levies + standing',
    unit: 'bill',
    cases: 'select count(*) as cases from position',
    broken: `select lane, market, connection, start, run, bill_micros from position
      where bill_micros <> bilateral_micros + community_bought_micros - community_sold_micros
        + residual_import_micros + residual_export_micros + levies_micros + standing_micros`,
  }),
  recomputed,
  sqlProof({
    rule: 'K2',
    what: 'a clearing account is level where no run is open',
    unit: 'account',
    cases: `select count(*) as cases from account where kind = 'CLEARING'`,
    broken: `select lane, number as account, balance from account a where kind = 'CLEARING' and balance <> 0
      and not exists (select 1 from open_position o where o.lane = a.lane)`,
  }),
];
