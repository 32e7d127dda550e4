/** The frame of a plot over time: title, axes with units, grid, legend. */
import { coordinate, element, escape, label } from './svg.js';
import type { Scale } from './scale.js';

export const WIDTH = 960;
export const HEIGHT = 360;
/** The field in which values are drawn. */
export const FIELD = { left: 76, right: WIDTH - 20, top: 64, bottom: HEIGHT - 54 } as const;

export interface LegendEntry {
  readonly text: string;
  readonly colour: string;
  /** Drawn as a dashed line rather than a patch. */
  readonly isLine?: boolean;
}

export interface FrameOptions {
  readonly id: string;
  readonly title: string;
  /** What the plot says, for those who cannot see it. */
  readonly description: string;
  /** What stands on the vertical axis, with its unit. */
  readonly yLabel: string;
  readonly xLabel: string;
  readonly y: Scale;
  /** Marks of the horizontal axis: position and text. */
  readonly xTicks: readonly (readonly [at: number, text: string])[];
  readonly legend: readonly LegendEntry[];
}

/** A plot: its frame around what is drawn in the field. */
export function framed(o: FrameOptions, drawn: readonly string[]): string {
  const titleId = `${o.id}-title`;
  const descriptionId = `${o.id}-description`;
  return element(
    'svg',
    {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: 'img',
      'aria-labelledby': `${titleId} ${descriptionId}`,
      xmlns: 'http://www.w3.org/2000/svg',
    },
    `<title id="${titleId}">${escape(o.title)}</title>`,
    `<desc id="${descriptionId}">${escape(o.description)}</desc>`,
    label(o.title, { x: FIELD.left, y: 22, class: 'plot-title' }),
    legendLine(o.legend),
    ...o.y.ticks.flatMap((tick) => horizontal(o.y, tick)),
    ...o.xTicks.flatMap(([at, text]) => [
      element('line', { x1: at, x2: at, y1: FIELD.bottom, y2: FIELD.bottom + 5, class: 'axis' }),
      label(text, { x: at, y: FIELD.bottom + 20, 'text-anchor': 'middle' }),
    ]),
    ...drawn,
    element('line', { x1: FIELD.left, x2: FIELD.right, y1: FIELD.bottom, y2: FIELD.bottom, class: 'axis' }),
    label(o.xLabel, {
      x: (FIELD.left + FIELD.right) / 2,
      y: HEIGHT - 10,
      'text-anchor': 'middle',
      class: 'axis-label',
    }),
    label(o.yLabel, {
      transform: `translate(16 ${coordinate((FIELD.top + FIELD.bottom) / 2)}) rotate(-90)`,
      'text-anchor': 'middle',
      class: 'axis-label',
    }),
  );
}

function horizontal(y: Scale, tick: number): string[] {
  const at = y.at(tick);
  const isZero = Math.abs(tick) < 1e-9;
  return [
    element('line', { x1: FIELD.left, x2: FIELD.right, y1: at, y2: at, class: isZero ? 'zero' : 'grid' }),
    label(figure(tick, y.decimals), { x: FIELD.left - 8, y: at + 4, 'text-anchor': 'end' }),
  ];
}

/** A figure on an axis, with a true minus sign. */
export const figure = (value: number, decimals: number): string =>
  value
    .toFixed(decimals)
    .replace(/^-(?=.*[1-9])/, '−')
    .replace(/^-/, '');

/** Average width of a letter at the size of the legend, in user units. */
const LETTER = 6.6;

function legendLine(entries: readonly LegendEntry[]): string {
  let x: number = FIELD.left;
  return entries
    .map(({ text, colour, isLine }) => {
      const mark = isLine
        ? element('line', {
            x1: x,
            x2: x + 18,
            y1: 42,
            y2: 42,
            stroke: colour,
            'stroke-width': 2,
            'stroke-dasharray': '5 3',
          })
        : element('rect', { x, y: 36, width: 12, height: 12, rx: 2, fill: colour });
      const at = x + (isLine ? 23 : 17);
      x = at + text.length * LETTER + 18;
      return mark + label(text, { x: at, y: 46 });
    })
    .join('');
}
