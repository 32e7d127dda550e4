/** Energy: nothing is sold that was not exported, nothing bought that was not imported, nothing twice (E1). */
import { sqlProof } from './proof.js';

const BOUGHT = '(p.contracted_bought_wh + p.nominated_bought_wh + p.community_bought_wh)';
const SOLD = '(p.contracted_sold_wh + p.nominated_sold_wh + p.community_sold_wh)';
const POSITIONS = 'select count(*) as cases from position';
const KEY = 'p.lane, p.market, p.connection, p.start, p.run';

/** Whole Wh and micros: price × Wh ÷ 10^6, rounded half away from zero. */
const amountOf = (price: string, wh: string): string => `round(${price}::numeric * ${wh} / 1000000)`;

export const ENERGY = [
  sqlProof({
    rule: 'E1',
    what: 'each meter sold at most its export, bought at most its import, and nothing below zero',
    unit: 'position',
    cases: POSITIONS,
    broken: `select ${KEY}, p.import_wh, ${BOUGHT} as bought_wh, p.export_wh, ${SOLD} as sold_wh from position p
      where ${BOUGHT} > p.import_wh or ${SOLD} > p.export_wh or least(p.contracted_bought_wh, p.contracted_sold_wh,
        p.nominated_bought_wh, p.nominated_sold_wh, p.community_bought_wh, p.community_sold_wh) < 0`,
  }),
  sqlProof({
    rule: 'E1',
    what: 'in each stage of each interval, energy sold = energy bought',
    unit: 'interval',
    cases: 'select count(*) as cases from run',
    broken: `select p.lane, p.market, p.start, p.run,
        sum(p.contracted_bought_wh - p.contracted_sold_wh) as contracted_difference_wh,
        sum(p.nominated_bought_wh - p.nominated_sold_wh) as nominated_difference_wh,
        sum(p.community_bought_wh - p.community_sold_wh) as community_difference_wh
      from position p group by p.lane, p.market, p.start, p.run
      having sum(p.contracted_bought_wh) <> sum(p.contracted_sold_wh)
        or sum(p.nominated_bought_wh) <> sum(p.nominated_sold_wh)
        or sum(p.community_bought_wh) <> sum(p.community_sold_wh)`,
  }),
  sqlProof({
    rule: 'E1',
    what: 'each interval’s totals and members are those of its positions',
    unit: 'interval',
    cases: 'select count(*) as cases from run',
    broken: `select r.lane, r.market, r.start, r.run, r.import_wh, r.export_wh, r.members from run r
      left join (select lane, market, start, run, sum(import_wh) as import_wh, sum(export_wh) as export_wh,
          count(*) as members from position group by lane, market, start, run) p
        on p.lane = r.lane and p.market = r.market and p.start = r.start and p.run = r.run
      where p.lane is null or p.import_wh <> r.import_wh or p.export_wh <> r.export_wh or p.members <> r.members`,
  }),
  sqlProof({
    rule: 'E1',
    what: 'each settled quantity is the reading that it cites, of the interval’s length and not missing',
    unit: 'position',
    cases: POSITIONS,
    broken: `select ${KEY}, p.import_wh, p.export_wh, r.import_wh as read_import_wh, r.export_wh as read_export_wh
      from position p
      join market m on m.lane = p.lane and m.number = p.market
      join network n on n.lane = m.lane and n.number = m.network
      left join reading r on r.lane = p.lane and r.connection = p.connection and r.start = p.start
        and r.revision = p.reading_revision
      where r.lane is null or r.import_wh <> p.import_wh or r.export_wh <> p.export_wh or r.quality = 'MISSING'
        or r.duration_seconds <> n.interval_seconds`,
  }),
  sqlProof({
    rule: 'E1',
    what: 'each meter’s contracted, nominated and community energy is that of its trades',
    unit: 'position',
    cases: POSITIONS,
    broken: `select coalesce(p.lane, t.lane) as lane, coalesce(p.connection, t.connection) as connection,
        coalesce(p.start, t.start) as start, coalesce(p.run, t.run) as run
      from position p
      full join (
        select lane, market, start, run, connection,
          sum(case when stage = 'CONTRACTED' then bought else 0 end) as contracted_bought,
          sum(case when stage = 'CONTRACTED' then sold else 0 end) as contracted_sold,
          sum(case when stage = 'NOMINATED' then bought else 0 end) as nominated_bought,
          sum(case when stage = 'NOMINATED' then sold else 0 end) as nominated_sold,
          sum(case when stage = 'COMMUNITY' then bought else 0 end) as community_bought,
          sum(case when stage = 'COMMUNITY' then sold else 0 end) as community_sold,
          sum(case when stage = 'COMMUNITY' then 0 else paid end) as bilateral,
          sum(case when stage = 'COMMUNITY' and bought > 0 then paid else 0 end) as community_paid,
          sum(case when stage = 'COMMUNITY' and sold > 0 then -paid else 0 end) as community_earned
        from (
          select lane, market, start, run, stage, buyer as connection, quantity_wh as bought, 0 as sold,
            amount as paid from trade where buyer <> 0
          union all
          select lane, market, start, run, stage, seller, 0, quantity_wh, -amount from trade where seller <> 0
        ) sides group by lane, market, start, run, connection
      ) t on t.lane = p.lane and t.market = p.market and t.start = p.start and t.run = p.run
        and t.connection = p.connection
      where p.lane is null
        or p.contracted_bought_wh <> coalesce(t.contracted_bought, 0)
        or p.contracted_sold_wh <> coalesce(t.contracted_sold, 0)
        or p.nominated_bought_wh <> coalesce(t.nominated_bought, 0)
        or p.nominated_sold_wh <> coalesce(t.nominated_sold, 0)
        or p.community_bought_wh <> coalesce(t.community_bought, 0)
        or p.community_sold_wh <> coalesce(t.community_sold, 0)
        or p.bilateral_micros <> coalesce(t.bilateral, 0)
        or p.community_bought_micros <> coalesce(t.community_paid, 0)
        or p.community_sold_micros <> coalesce(t.community_earned, 0)`,
  }),
  sqlProof({
    rule: 'P2P-01',
    what: 'each bilateral trade is at its agreement’s price, within its limit, and costs price × energy rounded once',
    unit: 'trade',
    cases: `select count(*) as cases from trade where stage <> 'COMMUNITY'`,
    broken: `select t.id as trade, t.start, t.quantity_wh, t.price, t.amount from trade t
      left join agreement a on a.lane = t.lane and a.market = t.market and a.number = t.agreement
      where t.stage <> 'COMMUNITY' and (a.lane is null or a.price <> t.price or a.kind <> t.stage
        or a.seller <> t.seller or a.buyer <> t.buyer or t.quantity_wh > coalesce(a.limit_wh, t.quantity_wh)
        or t.start < a.effective_from or t.start >= coalesce(a.effective_to, t.start + 1)
        or t.amount <> ${amountOf('t.price', 't.quantity_wh')})`,
  }),
  sqlProof({
    rule: 'P2P-03',
    what: 'each community trade is at its interval’s one price and costs price × energy rounded once',
    unit: 'trade',
    cases: `select count(*) as cases from trade where stage = 'COMMUNITY'`,
    broken: `select t.id as trade, t.start, t.quantity_wh, t.price, t.amount, r.price as interval_price from trade t
      left join run r on r.lane = t.lane and r.market = t.market and r.start = t.start and r.run = t.run
      where t.stage = 'COMMUNITY' and (r.price is null or r.price <> t.price
        or t.amount <> ${amountOf('t.price', 't.quantity_wh')})`,
  }),
  sqlProof({
    rule: 'P2P-03',
    what: 'no member sold to the community below its least price or bought above its highest, nor above the network’s cap',
    unit: 'trade',
    cases: `select count(*) as cases from trade where stage = 'COMMUNITY'`,
    broken: `select t.id as trade, t.start, t.price, f.min_sell_price, f.max_buy_price from trade t
      join market m on m.lane = t.lane and m.number = t.market
      join network n on n.lane = m.lane and n.number = m.network
      left join lateral (
        select p.min_sell_price, p.max_buy_price from preference p
        where p.lane = t.lane and p.market = t.market and p.connection = greatest(t.seller, t.buyer)
          and p.effective_from <= t.start order by p.effective_from desc limit 1
      ) f on true
      where t.stage = 'COMMUNITY' and (
        (t.seller <> 0 and t.price < coalesce(f.min_sell_price, t.price + 1))
        or (t.buyer <> 0 and t.price > coalesce(f.max_buy_price, t.price - 1))
        or t.price > coalesce(n.price_cap, t.price))`,
  }),
];
