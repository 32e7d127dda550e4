/** The figures of a community as lines for people and as one object for programs. */
import { STAGES, type CommunityFigures, type StageName, type Stretch } from './day-figures.js';
import { counted, kilowattHours, localTime, money } from './figures.js';
import type { Terminal } from './terminal.js';
import { textTable, type Column } from './text-table.js';

export const STAGE_TITLES: Readonly<Record<StageName, string>> = {
  contracted: 'Contracted',
  nominated: 'Nominated',
  community: 'Community',
  residualImport: 'Residual import, from the retailer',
  residualExport: 'Residual export, to the retailer',
};

const left = (title: string): Column => ({ title, align: 'left' });
const right = (title: string): Column => ({ title, align: 'right' });

/** Prints energy and money by stage, then each home's bill beside the retailer alone. */
export function printSummary(terminal: Terminal, figures: CommunityFigures, stretch: Stretch): void {
  const { market, members } = figures;
  const { style } = terminal;
  const from = localTime(stretch.from, market.timeZone);
  const to = localTime(stretch.to, market.timeZone);
  terminal.print(style.bold(`${counted(members.length, 'home')}, ${from} to ${to} (${market.timeZone})`));
  terminal.print(
    `${counted(figures.readings, 'reading')} of ${counted(figures.intervals, 'interval')}: ` +
      `${kilowattHours(figures.importWh)} kWh imported, ${kilowattHours(figures.exportWh)} kWh exported`,
  );
  terminal.print();
  const stages = STAGES.map((stage) => [
    STAGE_TITLES[stage],
    kilowattHours(figures.stages[stage].wh),
    money(figures.stages[stage].moneyMicros),
  ]);
  const more = [
    ['Network and environment, on traded energy', figures.leviesMicros],
    ['Standing charges', figures.standingMicros],
  ] as const;
  for (const [title, amount] of more) if (amount !== 0n) stages.push([title, '', money(amount)]);
  for (const line of textTable([left('Stage'), right('kWh'), right(market.currency)], stages)) {
    terminal.print(line);
  }
  terminal.print();
  printBills(terminal, figures);
}

function printBills(terminal: Terminal, { market, members }: CommunityFigures): void {
  const rowOf = (title: string, list: CommunityFigures['members']): string[] => {
    const sum = (of: (m: (typeof list)[number]) => bigint): bigint => list.reduce((s, m) => s + of(m), 0n);
    const bill = sum((m) => m.billMicros);
    const retail = sum((m) => m.retailOnlyMicros);
    return [
      title,
      kilowattHours(sum((m) => m.importWh)),
      kilowattHours(sum((m) => m.exportWh)),
      money(bill),
      money(retail),
      money(retail - bill),
    ];
  };
  const columns = [
    left('Home'),
    right('Import kWh'),
    right('Export kWh'),
    right(`Bill ${market.currency}`),
    right('Retailer alone'),
    right('Saved'),
  ];
  const rows = members.map((member) => rowOf(member.id, [member]));
  for (const line of textTable(columns, rows, rowOf('All', members))) terminal.print(line);
  const worse = members.filter((m) => m.billMicros > m.retailOnlyMicros).length;
  if (worse > 0) {
    terminal.print(
      terminal.style.yellow(`${counted(worse, 'home')} would have paid less with the retailer alone.`),
    );
  }
}

export interface LedgerFacts {
  readonly engine: string;
  readonly ledgerHeight: number;
  readonly stateDigest: string;
  readonly seconds: number;
}

/** The object that `demo --json` prints: amounts as decimal strings, counts as numbers. */
export function summaryObject(figures: CommunityFigures, facts: LedgerFacts): Record<string, unknown> {
  return {
    engine: facts.engine,
    market: figures.market.marketId,
    currency: figures.market.currency,
    timeZone: figures.market.timeZone,
    intervals: Number(figures.intervals),
    readings: Number(figures.readings),
    importWh: String(figures.importWh),
    exportWh: String(figures.exportWh),
    stages: Object.fromEntries(
      STAGES.map((stage) => {
        const { wh, moneyMicros } = figures.stages[stage];
        return [stage, { wh: String(wh), moneyMicros: String(moneyMicros) }];
      }),
    ),
    leviesMicros: String(figures.leviesMicros),
    standingMicros: String(figures.standingMicros),
    roundingMicros: String(figures.roundingMicros),
    members: figures.members.map((m) => ({
      id: m.id,
      importWh: String(m.importWh),
      exportWh: String(m.exportWh),
      billMicros: String(m.billMicros),
      retailOnlyMicros: String(m.retailOnlyMicros),
    })),
    ledgerHeight: facts.ledgerHeight,
    stateDigest: facts.stateDigest,
    seconds: facts.seconds,
  };
}
