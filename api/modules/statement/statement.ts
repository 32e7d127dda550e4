/** Sums a participant's positions over a period; tariff lines follow from quantities by the ledger's own function. */
import { sql } from 'kysely';
import { tariffSums, type TariffLine } from '../../../schema/trade/charges.js';
import { viewerOf, type RequestContext } from '../../context.js';
import { visible } from '../../visibility/visible.js';
import type { Row } from '../paging.js';
import type { Participant } from '../registration/types.js';
import { Statement, type StatementLine, type StatementStage } from './types.js';
import type { StageTotal } from '../metering/types.js';

/** Only the latest run of an interval counts. */
const latest = sql`p.run = (select max(l.run) from run l where l.market = p.market and l.start = p.start and l.lane = p.lane)`;

export async function statementOf(
  participant: Participant,
  from: number,
  to: number,
  context: RequestContext,
): Promise<Statement> {
  const viewer = viewerOf(context);
  const { lane, row } = participant;
  const mine = sql`p.lane = ${lane} and p.start >= ${from}::bigint and p.start < ${to}::bigint
    and p.connection in (select o.number from connection o
      where o.participant = ${row.number}::bigint and o.lane = ${lane})
    and ${latest} and ${visible(viewer, 'position')}`;
  const { rows: positions } = await sql<Row>`select p.*, c.sanctioned_load_w, n.interval_seconds, r.stale
    from position p
    join connection c on c.number = p.connection and c.lane = p.lane
    join network n on n.number = c.network and n.lane = c.lane
    join run r on r.market = p.market and r.start = p.start and r.run = p.run and r.lane = p.lane
    where ${mine}`.execute(context.database.db);
  const { rows: versions } = await sql<Row>`select v.tariff, v.version, v.lines from tariff_version v
    where v.lane = ${lane} and (v.tariff, v.version) in
      (select p.tariff, p.tariff_version from position p where ${mine})`.execute(context.database.db);
  const { rows: trades } =
    await sql<Row>`select t.stage, c.number is not null as sold, sum(t.amount) as amount
    from trade t
    left join connection c on c.number = t.seller and c.lane = t.lane and c.participant = ${row.number}::bigint
    where t.lane = ${lane} and t.start >= ${from}::bigint and t.start < ${to}::bigint and t.stage <> 'COMMUNITY'
      and t.run = (select max(l.run) from run l where l.market = t.market and l.start = t.start and l.lane = t.lane)
      and (t.seller in (select o.number from connection o where o.participant = ${row.number}::bigint and o.lane = ${lane})
        or t.buyer in (select o.number from connection o where o.participant = ${row.number}::bigint and o.lane = ${lane}))
      and ${visible(viewer, 'trade')}
    group by t.stage, c.number is not null`.execute(context.database.db);
  return summed(participant, from, to, positions, versions, trades);
}

function summed(
  participant: Participant,
  from: number,
  to: number,
  positions: readonly Row[],
  versions: readonly Row[],
  trades: readonly Row[],
): Statement {
  const sum = (column: string): bigint =>
    positions.reduce((total, p) => total + BigInt(p[column] as string), 0n);
  const traded = (stage: string, sold: boolean): bigint =>
    BigInt((trades.find((t) => t.stage === stage && t.sold === sold)?.amount as string | undefined) ?? 0);
  const total = (wh: bigint, amount: bigint): StageTotal => ({
    quantityWh: String(wh),
    amountMicros: String(amount),
  });
  const bilateral = (stage: 'contracted' | 'nominated'): StatementStage => ({
    bought: total(sum(`${stage}_bought_wh`), traded(stage.toUpperCase(), false)),
    sold: total(sum(`${stage}_sold_wh`), traded(stage.toUpperCase(), true)),
  });
  const boughtWh = sum('contracted_bought_wh') + sum('nominated_bought_wh') + sum('community_bought_wh');
  const soldWh = sum('contracted_sold_wh') + sum('nominated_sold_wh') + sum('community_sold_wh');
  const bill = sum('bill_micros');
  const retailOnly = sum('retail_only_micros');
  return Object.assign(new Statement(), {
    participant,
    from,
    to,
    positions: positions.length,
    importWh: String(sum('import_wh')),
    exportWh: String(sum('export_wh')),
    contracted: bilateral('contracted'),
    nominated: bilateral('nominated'),
    community: {
      bought: total(sum('community_bought_wh'), sum('community_bought_micros')),
      sold: total(sum('community_sold_wh'), sum('community_sold_micros')),
    },
    residualImport: total(sum('import_wh') - boughtWh, sum('residual_import_micros')),
    residualExport: total(sum('export_wh') - soldWh, 0n - sum('residual_export_micros')),
    leviesMicros: String(sum('levies_micros')),
    standingMicros: String(sum('standing_micros')),
    billMicros: String(bill),
    retailOnlyMicros: String(retailOnly),
    savingMicros: String(retailOnly - bill),
    savingIsNegative: retailOnly < bill,
    stale: positions.some((p) => p.stale as boolean),
    lines: linesOf(positions, versions),
  });
}

/** Each line of each position, by the function that the ledger charged by. */
function linesOf(positions: readonly Row[], versions: readonly Row[]): StatementLine[] {
  const tariffs = new Map(
    versions.map((v) => [
      `${v.tariff as string}.${v.version as number}`,
      (v.lines as (Omit<TariffLine, 'payee' | 'rateMicros'> & { payee: string; rateMicros: string })[]).map(
        (line) => ({
          ...line,
          payee: Number(line.payee),
          rateMicros: Number(line.rateMicros),
        }),
      ),
    ]),
  );
  const sums = new Map<string, { line: TariffLine; wh: bigint; amount: bigint }>();
  for (const p of positions) {
    const wh = (column: string): number => Number(p[column]);
    const energy = {
      importWh: wh('import_wh'),
      exportWh: wh('export_wh'),
      boughtWh: wh('contracted_bought_wh') + wh('nominated_bought_wh') + wh('community_bought_wh'),
      soldWh: wh('contracted_sold_wh') + wh('nominated_sold_wh') + wh('community_sold_wh'),
    };
    const interval = {
      start: wh('start'),
      durationSeconds: p.interval_seconds as number,
      sanctionedLoadW: wh('sanctioned_load_w'),
    };
    const lines = tariffs.get(`${p.tariff as string}.${p.tariff_version as number}`) ?? [];
    tariffSums(lines, energy, interval, (line, quantityWh, amountMicros) => {
      const key = `${line.lineId} ${line.payee} ${line.basis}`;
      const at = sums.get(key) ?? { line, wh: 0n, amount: 0n };
      sums.set(key, { line, wh: at.wh + BigInt(quantityWh), amount: at.amount + BigInt(amountMicros) });
    });
  }
  return [...sums.values()].map(({ line, wh, amount }) => ({
    lineId: line.lineId,
    basis: line.basis,
    payee: String(line.payee),
    quantityWh: String(wh),
    amountMicros: String(amount),
  }));
}
