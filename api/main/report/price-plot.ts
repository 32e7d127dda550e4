/** The community price as steps, beside what the retailer takes and gives. */
import type { Buckets } from './buckets.js';
import { FIELD, figure, framed } from './frame.js';
import { linearScale } from './scale.js';
import { COLOURS } from './stage-plot.js';
import { element, escape } from './svg.js';
import type { TimeAxis } from './time-axis.js';

export interface ReferencePrice {
  readonly name: string;
  /** Currency a kWh. */
  readonly price: number;
  readonly colour: string;
}

export interface PricePlot {
  readonly currency: string;
  readonly references: readonly ReferencePrice[];
  readonly description: string;
}

export function pricePlot(o: PricePlot, buckets: Buckets, axis: TimeAxis): string {
  const prices = buckets.list.flatMap(({ price }) => (price === undefined ? [] : [price]));
  const all = [0, ...prices, ...o.references.map(({ price }) => price)];
  const y = linearScale(Math.min(...all), Math.max(...all), FIELD.bottom, FIELD.top);
  const references = o.references.map(({ price, colour }) =>
    element('line', {
      x1: FIELD.left,
      x2: FIELD.right,
      y1: y.at(price),
      y2: y.at(price),
      stroke: colour,
      'stroke-width': 2,
      'stroke-dasharray': '5 3',
    }),
  );
  let before: number | undefined;
  const steps: string[] = [];
  const marks: string[] = [];
  for (const { from, to, price, name } of buckets.list) {
    if (price === undefined) {
      before = undefined;
      continue;
    }
    const [x1, x2, at] = [axis.at(from), axis.at(to), y.at(price)];
    if (before !== undefined) steps.push(line(x1, x1, y.at(before), at));
    steps.push(line(x1, x2, at, at));
    const text = `${name}\n${figure(price, 4)} ${o.currency} a kWh`;
    marks.push(
      element(
        'rect',
        { x: x1, y: FIELD.top, width: x2 - x1, height: FIELD.bottom - FIELD.top, fill: 'transparent' },
        `<title>${escape(text)}</title>`,
      ),
    );
    before = price;
  }
  return framed(
    {
      id: 'price',
      title: 'Community price',
      description: o.description,
      yLabel: `${o.currency} per kWh`,
      xLabel: axis.label,
      y,
      xTicks: axis.ticks,
      legend: [
        {
          text: buckets.unit === 'day' ? 'Community price (average)' : 'Community price',
          colour: COLOURS.community,
        },
        ...o.references.map(({ name, colour }) => ({ text: name, colour, isLine: true })),
      ],
    },
    [...references, ...steps, ...marks],
  );
}

const line = (x1: number, x2: number, y1: number, y2: number): string =>
  element('line', {
    x1,
    x2,
    y1,
    y2,
    stroke: COLOURS.community,
    'stroke-width': 2.5,
    'stroke-linecap': 'round',
  });
