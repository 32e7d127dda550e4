/**
 * Positions and readings of neighbouring connections share a row, with an array a column, and so do postings of one
 * transaction to one account: a row each cost the most of all that a community's interval writes. The views `position`,
 * `reading`, `entry` and `trade` show them one by one, as before.
 * What a member trades with the community follows from its position.
 */
import type { Migration } from './index.js';

const id = 'text collate "C"';
/** Connections whose numbers give the same share a row. */
const BAND = 'connection / 32';

const INTEGERS: ReadonlySet<string> = new Set(['reading_revision', 'tariff_version', 'revision']);
const POSITION = [
  ...[
    'connection',
    'reading_revision',
    'import_wh',
    'export_wh',
    'contracted_bought_wh',
    'contracted_sold_wh',
  ],
  ...[
    'nominated_bought_wh',
    'nominated_sold_wh',
    'community_bought_wh',
    'community_sold_wh',
    'bilateral_micros',
  ],
  ...[
    'community_bought_micros',
    'community_sold_micros',
    'tariff',
    'tariff_version',
    'residual_import_micros',
  ],
  ...['residual_export_micros', 'levies_micros', 'standing_micros', 'bill_micros', 'retail_only_micros'],
];
const READING = ['connection', 'revision', 'import_wh', 'export_wh', 'quality'];

const typeOf = (column: string): string => {
  if (column === 'quality') return 'text';
  return INTEGERS.has(column) ? 'integer' : 'bigint';
};
/** A column of which all values are 0 is null. */
const arrays = (columns: readonly string[]): string =>
  columns.map((c) => `${c} ${typeOf(c)}[]${c === 'connection' ? ' not null' : ''}`).join(', ');
const gathered = (columns: readonly string[], order: string): string =>
  columns.map((c) => `array_agg(r.${c} order by ${order})`).join(', ');
const single = (columns: readonly string[]): string =>
  columns
    .map((c) =>
      c === 'connection' || c === 'quality' ? `s.${c}[i] as ${c}` : `coalesce(s.${c}[i], 0) as ${c}`,
    )
    .join(', ');

const RUN = 'lane, market, start, run';
const sameRun = (a: string, b: string): string =>
  `${a}.market = ${b}.market and ${a}.start = ${b}.start and ${a}.run = ${b}.run and ${a}.lane = ${b}.lane`;
/** Rows are kept whole: they are read by the column. */
const WHOLE = 'with (toast_tuple_target = 8160)';

const positionSet = (table: string): string => `create table ${table} (
    lane ${id} not null, market bigint not null, start bigint not null, run integer not null, band bigint not null,
    counts boolean not null default true, trade_keys integer[], ${arrays(POSITION)}) ${WHOLE}`;
const bilateralTrade = (table: string): string => `create table ${table} (
    id ${id} primary key, lane ${id} not null, market bigint not null, start bigint not null, run integer not null,
    stage ${id} not null, agreement bigint not null, seller bigint not null, buyer bigint not null,
    quantity_wh bigint not null, price bigint not null, amount bigint not null, counts boolean not null default true)`;

/** Postings that share a row, where they follow one another. */
const POSTED = 'lane, account, block, position, command';

const TRADE = 'agreement, seller, buyer, quantity_wh, price, amount, counts';
const moved = (open: '' | 'open_'): string[] => [
  `insert into ${open}position_set (${RUN}, band, counts, trade_keys, ${POSITION.join(', ')})
     select g.*, (select array_agg(('x' || left(t.id, 8))::bit(32)::integer) from ${open}trade t
         where ${sameRun('t', 'g')} and t.stage = 'COMMUNITY' and greatest(t.seller, t.buyer) / 32 = g.band),
       ${POSITION.map((c) => `a.${c}`).join(', ')}
     from (select distinct ${RUN}, ${BAND} as band, counts from ${open}position) g
     cross join lateral (select ${POSITION.map((c) => `array_agg(r.${c} order by r.connection) as ${c}`).join(', ')}
       from ${open}position r where ${sameRun('r', 'g')} and r.connection / 32 = g.band) a`,
  `insert into ${open}bilateral_trade (id, ${RUN}, stage, ${TRADE})
     select id, ${RUN}, stage, ${TRADE} from ${open}trade where stage <> 'COMMUNITY'`,
];
const positionView = (open: '' | 'open_'): string => `create view ${open}position as
  select s.lane, s.market, s.start, s.run, ${single(POSITION)}, s.counts, s.band
  from ${open}position_set s cross join lateral generate_subscripts(s.connection, 1) i`;

export const rowsOfNeighbours: Migration = {
  number: 6,
  name: 'rows-of-neighbours',
  statements: [
    'drop view run_totals',
    positionSet('position_set'),
    positionSet('open_position_set'),
    bilateralTrade('bilateral_trade'),
    bilateralTrade('open_bilateral_trade'),
    `create table reading_set (
      lane ${id} not null, band bigint not null, start bigint not null, duration_seconds integer not null,
      source ${id} not null, block bigint not null, ${arrays(READING)}) ${WHOLE}`,
    // An account's postings of one transaction and command follow one another.
    `create table entry_set (
      lane ${id} not null, account bigint not null, first_sequence bigint not null, block bigint not null,
      position integer not null, command ${id} not null, amounts bigint[] not null, balances bigint[] not null,
      command_indexes integer[] not null, interval_starts bigint[], primary key (account, first_sequence, lane)
    ) ${WHOLE}`,
    `insert into entry_set
       select lane, account, min(sequence), block, position, command, array_agg(amount order by sequence),
         array_agg(balance_after order by sequence), array_agg(command_index order by sequence),
         case when min(interval_start) is not null then array_agg(interval_start order by sequence) end
       from (select f.*, (sequence - min(sequence) over (partition by ${POSTED}, stretch)) / 64 as part
         from (select e.*, sequence - row_number() over (partition by ${POSTED} order by sequence) as stretch
           from entry e) f) e
       group by ${POSTED}, stretch, part`,
    ...moved(''),
    ...moved('open_'),
    `insert into reading_set (lane, band, start, duration_seconds, source, block, ${READING.join(', ')})
       select r.lane, r.${BAND}, r.start, r.duration_seconds, r.source, r.block,
         ${gathered(READING, 'r.connection, r.revision')}
       from reading r group by r.lane, r.${BAND}, r.start, r.duration_seconds, r.source, r.block`,
    'drop table entry, position, trade, reading, open_position, open_trade',
    'create index position_set_by_band on position_set (band, start)',
    'create index position_set_by_start on position_set (start, market)',
    'create index position_set_by_trade on position_set using gin (trade_keys)',
    'create index open_position_set_by_run on open_position_set (market, start)',
    'create index reading_set_by_band on reading_set (band, start)',
    'create index bilateral_trade_by_seller on bilateral_trade (seller, start)',
    'create index bilateral_trade_by_buyer on bilateral_trade (buyer, start)',
    'create index bilateral_trade_by_start on bilateral_trade (start, market)',
    'create index open_bilateral_trade_by_run on open_bilateral_trade (market, start)',
    'create index run_by_start on run (start)',
    positionView(''),
    positionView('open_'),
    `create view reading as
      select s.lane, s.start, s.duration_seconds, ${single(READING)}, s.source, s.block, s.band
      from reading_set s cross join lateral generate_subscripts(s.connection, 1) i`,
    `create view entry as
      select s.lane, s.account, s.first_sequence + i - 1 as sequence, s.amounts[i] as amount,
        s.balances[i] as balance_after, s.block, s.position, s.command_indexes[i] as command_index, s.command,
        s.interval_starts[i] as interval_start, s.first_sequence
      from entry_set s cross join lateral generate_subscripts(s.amounts, 1) i`,
    // From the runs, so that a list of trades by start reads no more intervals than it shows.
    `create view trade as
      select t.id, r.lane, r.market, r.start, r.run, t.stage, ${TRADE.split(', ')
        .map((c) => `t.${c}`)
        .join(', ')}
      from run r cross join lateral (
        select b.id, b.stage, ${TRADE.split(', ')
          .map((c) => `b.${c}`)
          .join(', ')}
          from bilateral_trade b where ${sameRun('b', 'r')}
        union all
        select encode(sha256(convert_to(format('["%s",%s,%s,%s,"COMMUNITY",%s,%s,0]',
              s.lane, s.market, s.start, s.run, c.buyer, c.seller), 'UTF8')), 'hex') collate "C",
            'COMMUNITY' collate "C", 0, c.seller, c.buyer, c.wh, r.price, c.micros, s.counts
          from position_set s cross join lateral generate_subscripts(s.connection, 1) i
          cross join lateral (values
            (s.connection[i], 0::bigint, s.community_sold_wh[i], s.community_sold_micros[i]),
            (0, s.connection[i], s.community_bought_wh[i], s.community_bought_micros[i])) c(seller, buyer, wh, micros)
          where ${sameRun('s', 'r')} and c.wh > 0) t`,
    `create view run_totals as select r.lane, r.market, r.start, r.run, s.*, b.* from run r
      cross join lateral (select
          count(distinct o.participant)::integer as participants,
          coalesce(sum(p.contracted_bought_wh), 0) as contracted_wh,
          coalesce(sum(p.nominated_bought_wh), 0) as nominated_wh,
          coalesce(sum(p.community_bought_wh), 0) as community_wh,
          coalesce(sum(p.community_bought_micros), 0) as community_micros,
          coalesce(sum(p.import_wh - p.contracted_bought_wh - p.nominated_bought_wh - p.community_bought_wh), 0)
            as residual_import_wh,
          coalesce(sum(p.residual_import_micros), 0) as residual_import_micros,
          coalesce(sum(p.export_wh - p.contracted_sold_wh - p.nominated_sold_wh - p.community_sold_wh), 0)
            as residual_export_wh,
          -coalesce(sum(p.residual_export_micros), 0) as residual_export_micros
        from position p left join connection o on o.number = p.connection and o.lane = p.lane
        where ${sameRun('p', 'r')}) s
      cross join lateral (select
          coalesce(sum(t.amount) filter (where t.stage = 'CONTRACTED'), 0) as contracted_micros,
          coalesce(sum(t.amount) filter (where t.stage = 'NOMINATED'), 0) as nominated_micros
        from bilateral_trade t where ${sameRun('t', 'r')}) b`,
  ],
};
