/** Each home's bill beside what it would have paid with the retailer alone, as bars that lie. */
import type { MemberFigures } from '../day-figures.js';
import { money } from '../figures.js';
import { figure } from './frame.js';
import { linearScale } from './scale.js';
import { coordinate, element, escape, label } from './svg.js';

const WIDTH = 960;
const TOP = 64;
const ROW = 30;
const LEFT = 130;
const RIGHT = WIDTH - 96;
const BAR = 10;

export const BILL_COLOUR = '#009e73';
export const RETAIL_COLOUR = '#9aa3af';

export function billPlot(members: readonly MemberFigures[], currency: string, description: string): string {
  const height = TOP + members.length * ROW + 54;
  const bottom = TOP + members.length * ROW;
  const value = (micros: bigint): number => Number(micros) / 1_000_000;
  const all = [0, ...members.flatMap((m) => [value(m.billMicros), value(m.retailOnlyMicros)])];
  const x = linearScale(Math.min(...all), Math.max(...all), LEFT, RIGHT, 8);
  const rows = members.map((member, i) => {
    const y = TOP + i * ROW;
    const saved = member.retailOnlyMicros - member.billMicros;
    const text = [
      member.id,
      `bill ${money(member.billMicros)} ${currency}`,
      `with the retailer alone ${money(member.retailOnlyMicros)} ${currency}`,
      `${saved < 0n ? 'lost' : 'saved'} ${money(saved < 0n ? -saved : saved)} ${currency}`,
    ].join('\n');
    const stripe =
      i % 2 === 1 ? element('rect', { x: 0, y, width: WIDTH, height: ROW, class: 'stripe' }) : '';
    const bars = element(
      'g',
      {},
      `<title>${escape(text)}</title>`,
      label(member.id, { x: LEFT - 12, y: y + ROW / 2 + 4, 'text-anchor': 'end' }),
      bar(x.at(0), x.at(value(member.billMicros)), y + 4, BILL_COLOUR),
      bar(x.at(0), x.at(value(member.retailOnlyMicros)), y + 4 + BAR + 1, RETAIL_COLOUR),
      label(`${saved < 0n ? '−' : '+'}${money(saved < 0n ? -saved : saved)}`, {
        x: WIDTH - 12,
        y: y + ROW / 2 + 4,
        'text-anchor': 'end',
        class: saved < 0n ? 'loss' : 'gain',
      }),
    );
    return { stripe, bars };
  });
  const ticks = x.ticks.flatMap((tick) => [
    element('line', {
      x1: x.at(tick),
      x2: x.at(tick),
      y1: TOP - 4,
      y2: bottom,
      class: Math.abs(tick) < 1e-9 ? 'zero' : 'grid',
    }),
    label(figure(tick, x.decimals), { x: x.at(tick), y: bottom + 20, 'text-anchor': 'middle' }),
  ]);
  return element(
    'svg',
    {
      viewBox: `0 0 ${WIDTH} ${coordinate(height)}`,
      role: 'img',
      'aria-labelledby': 'bills-title bills-description',
      xmlns: 'http://www.w3.org/2000/svg',
    },
    `<title id="bills-title">Each home's bill and what it would have paid with the retailer alone</title>`,
    `<desc id="bills-description">${escape(description)}</desc>`,
    label('Bills, beside the retailer alone', { x: 20, y: 22, class: 'plot-title' }),
    element('rect', { x: 20, y: 36, width: 12, height: 12, rx: 2, fill: BILL_COLOUR }),
    label('Bill in the community', { x: 37, y: 46 }),
    element('rect', { x: 190, y: 36, width: 12, height: 12, rx: 2, fill: RETAIL_COLOUR }),
    label('With the retailer alone', { x: 207, y: 46 }),
    label('Saved', { x: WIDTH - 12, y: 46, 'text-anchor': 'end', class: 'axis-label' }),
    ...rows.map((row) => row.stripe),
    ...ticks,
    ...rows.map((row) => row.bars),
    label(`${currency} (below zero: the home is paid)`, {
      x: (LEFT + RIGHT) / 2,
      y: height - 10,
      'text-anchor': 'middle',
      class: 'axis-label',
    }),
  );
}

function bar(from: number, to: number, y: number, fill: string): string {
  const width = Math.max(0.75, Math.abs(to - from));
  return element('rect', { x: Math.min(from, to), y, width, height: BAR, rx: 1.5, fill });
}
