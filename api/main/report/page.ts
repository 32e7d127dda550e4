/** One self-contained page about a community's day or days: plots and the figures behind them, no network access. */
import type { CommunityFigures } from '../day-figures.js';
import { STAGES } from '../day-figures.js';
import { counted, kilowattHours, localTime, money } from '../figures.js';
import type { IntervalFigures } from '../interval-figures.js';
import { billPlot } from './bill-plot.js';
import { bucketsOf } from './buckets.js';
import { pricePlot, type ReferencePrice } from './price-plot.js';
import { COLOURS, STAGE_NAMES, stagePlot } from './stage-plot.js';
import { escape } from './svg.js';
import { timeAxis } from './time-axis.js';

const STYLE = `
:root{color-scheme:light}
body{margin:0;background:#f6f7f9;color:#1c2430;font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1000px;margin:0 auto;padding:28px 20px 48px}
h1{font-size:26px;margin:0 0 4px}
p.lead{margin:0 0 20px;color:#4a5568}
section{background:#fff;border:1px solid #dfe3e8;border-radius:8px;padding:16px 16px 8px;margin:0 0 18px}
svg{display:block;width:100%;height:auto;font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:#3b4554}
.plot-title{font-size:16px;font-weight:600;fill:#1c2430}
.axis-label{fill:#4a5568}
.axis,.zero{stroke:#6b7685;stroke-width:1}
.grid{stroke:#e6e9ee;stroke-width:1}
.stripe{fill:#f6f7f9}
.gain{fill:#00694d;font-weight:600}.loss{fill:#b3261e;font-weight:600}
table{border-collapse:collapse;width:100%;margin:0 0 8px}
caption{text-align:left;font-size:16px;font-weight:600;padding:0 0 8px}
th,td{padding:5px 10px;border-bottom:1px solid #e6e9ee;text-align:right}
th:first-child,td:first-child{text-align:left}
thead th{color:#4a5568;font-weight:600}
tfoot td{font-weight:600;border-bottom:0}
.key{display:inline-block;width:11px;height:11px;border-radius:2px;margin-right:8px}
footer{color:#6b7685;font-size:13px}
@media print{body{background:#fff}section{break-inside:avoid}}`;

export interface PageOptions {
  readonly title: string;
  readonly figures: CommunityFigures;
  readonly intervals: readonly IntervalFigures[];
  /** What the retailer takes and gives for energy. */
  readonly references: readonly ReferencePrice[];
  readonly ledgerHeight: number;
  readonly stateDigest: string;
}

export function reportPage(o: PageOptions): string {
  const { figures } = o;
  const { currency, timeZone } = figures.market;
  const buckets = bucketsOf(o.intervals, figures.market);
  const axis = timeAxis(buckets, timeZone);
  const traded = figures.stages.contracted.wh + figures.stages.nominated.wh + figures.stages.community.wh;
  const saved = figures.members.reduce((sum, m) => sum + m.retailOnlyMicros - m.billMicros, 0n);
  const per = buckets.unit === 'day' ? 'day' : 'interval';
  const plots = [
    stagePlot(
      {
        id: 'energy',
        title: 'Energy by stage',
        description:
          `Stacked bars, one per ${per}: energy that members imported, by contracted, nominated and community trade and ` +
          `from the retailer, above the line; what they exported to the retailer below it. ${energyInWords(figures)}`,
        yLabel: `kWh per ${per}`,
        unit: 'kWh',
        decimals: 3,
        value: (bucket, stage) => bucket.kWh[stage],
      },
      buckets,
      axis,
    ),
    pricePlot(
      {
        currency,
        references: o.references,
        description: `Steps: the one price at which the community traded in each ${per}, where it did. ${priceInWords(o)}`,
      },
      buckets,
      axis,
    ),
    stagePlot(
      {
        id: 'money',
        title: 'Money by stage',
        description:
          `Stacked bars, one per ${per}: what buyers paid in each stage above the line, what members received from the ` +
          `retailer for exports below it. ${moneyInWords(figures)}`,
        yLabel: `${currency} per ${per}`,
        unit: currency,
        decimals: 4,
        value: (bucket, stage) => bucket.money[stage],
      },
      buckets,
      axis,
    ),
    billPlot(
      figures.members,
      currency,
      `Two bars a home: its bill in the community, and with the retailer alone. All homes together saved ${money(saved)} ${currency}.`,
    ),
  ];
  const lead =
    `${counted(figures.members.length, 'home')} from ${localTime(buckets.from, timeZone)} to ${localTime(buckets.to, timeZone)} ` +
    `(${timeZone}), ${counted(figures.intervals, 'interval')}. They traded ${kilowattHours(traded)} kWh among themselves ` +
    `and ${saved < 0n ? 'paid' : 'saved'} ${money(saved < 0n ? -saved : saved)} ${currency} ${saved < 0n ? 'more than' : 'against'} the retailer alone.`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(o.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escape(o.title)}</h1>
<p class="lead">${escape(lead)}</p>
${plots.map((plot) => `<section>${plot}</section>`).join('\n')}
<section>${stageTable(figures)}</section>
<section>${memberTable(figures)}</section>
<footer>Ledger height ${o.ledgerHeight}, state digest ${escape(o.stateDigest)}. Money in ${escape(currency)}, energy in kWh.</footer>
</main>
</body>
</html>
`;
}

function stageTable(figures: CommunityFigures): string {
  const rows = STAGES.map((stage) => {
    const { wh, moneyMicros } = figures.stages[stage];
    return `<tr><td><span class="key" style="background:${COLOURS[stage]}"></span>${STAGE_NAMES[stage]}</td><td>${kilowattHours(wh)}</td><td>${money(moneyMicros)}</td></tr>`;
  }).join('');
  const extra = [
    ['Network and environment lines on traded energy', figures.leviesMicros],
    ['Standing charges', figures.standingMicros],
  ] as const;
  const more = extra
    .filter(([, amount]) => amount !== 0n)
    .map(([name, amount]) => `<tr><td>${name}</td><td></td><td>${money(amount)}</td></tr>`)
    .join('');
  return `<table><caption>By stage</caption><thead><tr><th scope="col">Stage</th><th scope="col">Energy, kWh</th><th scope="col">Money, ${escape(figures.market.currency)}</th></tr></thead><tbody>${rows}${more}</tbody></table>`;
}

function memberTable(figures: CommunityFigures): string {
  const rows = figures.members
    .map(
      (m) =>
        `<tr><td>${escape(m.id)}</td><td>${kilowattHours(m.importWh)}</td><td>${kilowattHours(m.exportWh)}</td><td>${kilowattHours(m.boughtWh)}</td><td>${kilowattHours(m.soldWh)}</td><td>${money(m.billMicros)}</td><td>${money(m.retailOnlyMicros)}</td><td>${money(m.retailOnlyMicros - m.billMicros)}</td></tr>`,
    )
    .join('');
  const sum = (of: (m: CommunityFigures['members'][number]) => bigint): bigint =>
    figures.members.reduce((total, m) => total + of(m), 0n);
  const total = `<tr><td>All</td><td>${kilowattHours(sum((m) => m.importWh))}</td><td>${kilowattHours(sum((m) => m.exportWh))}</td><td>${kilowattHours(sum((m) => m.boughtWh))}</td><td>${kilowattHours(sum((m) => m.soldWh))}</td><td>${money(sum((m) => m.billMicros))}</td><td>${money(sum((m) => m.retailOnlyMicros))}</td><td>${money(sum((m) => m.retailOnlyMicros - m.billMicros))}</td></tr>`;
  const head = ['Home', 'Import', 'Export', 'Bought', 'Sold', 'Bill', 'Retailer alone', 'Saved']
    .map((name) => `<th scope="col">${name}</th>`)
    .join('');
  return `<table><caption>By home (energy in kWh, money in ${escape(figures.market.currency)})</caption><thead><tr>${head}</tr></thead><tbody>${rows}</tbody><tfoot>${total}</tfoot></table>`;
}

const inWords = (of: (stage: (typeof STAGES)[number]) => string): string =>
  `In all: ${STAGES.map((stage) => `${STAGE_NAMES[stage].toLowerCase()} ${of(stage)}`).join(', ')}.`;

const energyInWords = (f: CommunityFigures): string =>
  inWords((stage) => `${kilowattHours(f.stages[stage].wh)} kWh`);
const moneyInWords = (f: CommunityFigures): string =>
  inWords((stage) => `${money(f.stages[stage].moneyMicros)} ${f.market.currency}`);

function priceInWords({ intervals, figures }: PageOptions): string {
  const prices = intervals.flatMap((i) => (i.priceMicrosPerMWh === undefined ? [] : [i.priceMicrosPerMWh]));
  if (prices.length === 0) return 'It did not trade.';
  const least = prices.reduce((a, b) => (a < b ? a : b));
  const most = prices.reduce((a, b) => (a > b ? a : b));
  const kWh = (price: bigint): string => `${money(price / 1_000n, 4)} ${figures.market.currency}`;
  return `It lay between ${kWh(least)} and ${kWh(most)} a kWh.`;
}
