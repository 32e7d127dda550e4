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
    const check = new Recomputation(await tariffs(session), await receivables(session));
    await session.run(
      `declare bills no scroll cursor for
       select p.*, r.block, r.position, c.sanctioned_load_w, n.interval_seconds, m.rounding_account,
         s.dues_account, s.receivable_account, s.tariff as member_tariff
       from position p
       join run r on r.lane = p.lane and r.market = p.market and r.start = p.start and r.run = p.run
       join connection c on c.lane = p.lane and c.number = p.connection
       join market m on m.lane = p.lane and m.number = p.market
       join network n on n.lane = m.lane and n.number = m.network
       left join lateral (
         select * from membership s where s.lane = p.lane and s.market = p.market and s.connection = p.connection
           and s.effective_from <= p.start order by s.effective_from desc limit 1) s on true
       order by p.lane, r.block, r.position, p.start, p.market, c.slot, p.connection`,
    );
    for (;;) {
      const { rows } = await session.run(`fetch ${PAGE_ROWS} from bills`);
      for (const row of rows) check.bill(row);
      if (rows.length < PAGE_ROWS) break;
    }
    await session.run('close bills');
    await comparePostings(session, check.posted);
    return check.count;
  },
};

class Recomputation {
  count = 0n;
  /** By `lane/block/position/start`. */
  readonly posted = new Map<string, Posted>();

  constructor(
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
    const key = settlementKey(row);
    let posted = this.posted.get(key);
    if (!posted) this.posted.set(key, (posted = new Posted()));
    return posted;
  }
}

const settlementKey = (row: Row): string =>
  `${row.lane as string}/${row.block as string}/${number(row, 'position')}/${row.start as string}`;

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

/** The entries of every settlement, against what was recomputed; neither side has one more. */
async function comparePostings(session: Session, expected: ReadonlyMap<string, Posted>): Promise<void> {
  const amounts = new Map([...expected].map(([key, posted]) => [key, posted.amounts]));
  await session.run(
    `declare postings no scroll cursor for
     select lane, block, position, interval_start as start, account, sum(amount) as amount from entry
     where interval_start is not null group by lane, block, position, interval_start, account`,
  );
  for (;;) {
    const { rows } = await session.run(`fetch ${PAGE_ROWS} from postings`);
    for (const row of rows) {
      const of = amounts.get(settlementKey(row));
      const account = row.account as string;
      if (of?.get(account) !== BigInt(row.amount as string)) {
        fail(row, `account ${account} was posted ${row.amount as string}, not ${of?.get(account) ?? 0n}`);
      }
      of.delete(account);
    }
    if (rows.length < PAGE_ROWS) break;
  }
  await session.run('close postings');
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
];
