/** What members traded and owe in a run or a part of one. */
import { amountMicros } from '../../../schema/arithmetic.js';
import type { Json } from '../../../schema/canonical.js';
import { cell } from '../../../schema/fields.js';
import type { EventView } from '../../../schema/read-event.js';
import { AGREEMENT_KIND } from '../../../schema/trade/market.js';
import type { MicrosPerMWh, Wh } from '../../../schema/units.js';
import { arrayText, bandsOf, numbersText, type BandRows } from '../bands.js';
import { tradeId, tradeKey } from '../trade-id.js';
import { num, numOrNull, type AppliedCommand, type Projection } from './command.js';

/** Of runs that are settled, and of such as wait for their other parts. */
export type Readiness = '' | 'open_';

/** Columns of the positions, by member. */
export interface AddedPositions {
  readonly of: (name: string) => Json;
  /** What community energy that was bought comes to. */
  readonly boughtMicros: Json;
}

/** Positions, by which the community's trades are known. */
export function addPositions(
  c: AppliedCommand,
  p: Projection,
  open: Readiness,
  { fields, shape, count, columns }: EventView,
): AddedPositions {
  const names = Object.keys(shape.rows ?? {});
  const of = (name: string): Json => columns[names.indexOf(name)];
  const connection = of('connection');
  const [boughtWh, soldWh] = [of('communityBoughtWh'), of('communitySoldWh')];
  const price = numOrNull(fields, 'communityPriceMicrosPerMWh');
  const boughtMicros = amounts(boughtWh, count, price);
  const soldMicros = amounts(soldWh, count, price);
  const parts = ['residualImportMicros', 'residualExportMicros', 'leviesMicros', 'standingMicros'].map(of);
  const bilateral = of('bilateralMicros');
  const bills = sums([bilateral, boughtMicros, ...parts], soldMicros, count);
  const run = [c.lane, num(fields, 'market'), num(fields, 'start'), num(fields, 'run')] as const;
  const stages = names.slice(names.indexOf('readingRevision'), names.indexOf('bilateralMicros')).map(of);
  const stored = [
    ...[...stages, bilateral, boughtMicros, soldMicros, of('tariff'), of('tariffVersion')],
    ...[...parts, bills, of('retailOnlyMicros')],
  ];
  for (const rows of bandsOf(connection, count)) {
    p.changes.add(
      `${open}position_set`,
      ...[...run, rows.band, tradeKeys(run, rows, connection, boughtWh, soldWh)],
      ...[numbersText(connection, rows), ...stored.map((column) => numbersText(column, rows))],
    );
  }
  return { of, boughtMicros };
}

/** What community energy comes to, by row; 0 for all where none traded. */
function amounts(wh: Json, count: number, price: number | null): Json {
  if (wh === 0) return 0;
  return Array.from({ length: count }, (_, i) => {
    const quantity = cell(wh, i) as number;
    return quantity === 0 ? 0 : amountMicros(price as MicrosPerMWh, quantity as Wh);
  });
}

/** Sums of columns less another, by row. */
function sums(columns: readonly Json[], less: Json, count: number): Json {
  return Array.from({ length: count }, (_, i) => {
    let total = 0 - (cell(less, i) as number);
    for (const column of columns) total += cell(column, i) as number;
    return total;
  });
}

type Run = readonly [lane: string, market: number, start: number, run: number];

/** What the community's trades of some members are found by; null where they have none. */
function tradeKeys(
  run: Run,
  { from, to }: BandRows,
  connection: Json,
  bought: Json,
  sold: Json,
): string | null {
  if (bought === 0 && sold === 0) return null;
  const keys: number[] = [];
  const add = (seller: number, buyer: number): void => {
    keys.push(tradeKey(tradeId(run, 'COMMUNITY', { buyer, seller, agreement: 0 })));
  };
  for (let i = from; i < to; i++) {
    const member = cell(connection, i) as number;
    if ((cell(sold, i) as number) > 0) add(member, 0);
    if ((cell(bought, i) as number) > 0) add(0, member);
  }
  return keys.length === 0 ? null : arrayText(keys);
}

/** The trades between two members that an event tells. */
export function addBilateral(
  c: AppliedCommand,
  p: Projection,
  open: Readiness,
  { fields }: EventView,
  { count, columns }: EventView,
): void {
  const run = [c.lane, num(fields, 'market'), num(fields, 'start'), num(fields, 'run')] as const;
  const at = (column: number, row: number): number => cell(columns[column], row) as number;
  for (let i = 0; i < count; i++) {
    const [agreement, seller, buyer] = [at(0, i), at(1, i), at(2, i)];
    const stage = AGREEMENT_KIND[at(6, i)];
    p.changes.add(
      `${open}bilateral_trade`,
      ...[tradeId(run, stage, { buyer, seller, agreement }), ...run, stage, agreement, seller, buyer],
      ...[at(3, i), at(4, i), at(5, i)],
    );
  }
}
