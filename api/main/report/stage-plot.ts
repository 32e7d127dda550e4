/** Stacked bars by stage: what members get above the line, what they give to the retailer below it. */
import type { StageName } from '../day-figures.js';
import type { Buckets, Bucket } from './buckets.js';
import { FIELD, figure, framed } from './frame.js';
import { linearScale } from './scale.js';
import { element, escape } from './svg.js';
import type { TimeAxis } from './time-axis.js';

/** Told apart by people who see colours differently, too (Okabe and Ito). */
export const COLOURS: Readonly<Record<StageName, string>> = {
  contracted: '#0072b2',
  nominated: '#cc79a7',
  community: '#009e73',
  residualImport: '#b8bec7',
  residualExport: '#e69f00',
};

export const STAGE_NAMES: Readonly<Record<StageName, string>> = {
  contracted: 'Contracted',
  nominated: 'Nominated',
  community: 'Community',
  residualImport: 'From the retailer',
  residualExport: 'To the retailer',
};

/** From the line upwards. */
const ABOVE = ['contracted', 'nominated', 'community', 'residualImport'] as const;

export interface StagePlot {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly yLabel: string;
  readonly unit: string;
  readonly decimals: number;
  readonly value: (bucket: Bucket, stage: StageName) => number;
}

export function stagePlot(o: StagePlot, buckets: Buckets, axis: TimeAxis): string {
  const tops = buckets.list.map((b) => ABOVE.reduce((sum, stage) => sum + Math.max(0, o.value(b, stage)), 0));
  const depths = buckets.list.map((b) => Math.max(0, o.value(b, 'residualExport')));
  const y = linearScale(-Math.max(0, ...depths), Math.max(0, ...tops), FIELD.bottom, FIELD.top);
  const drawn = buckets.list.map((bucket) => {
    const gap = buckets.unit === 'day' ? 3 : 0.6;
    const x = axis.at(bucket.from);
    const width = Math.max(0.5, axis.at(bucket.to) - x - gap);
    let level = 0;
    const bars = ABOVE.map((stage) => {
      const value = Math.max(0, o.value(bucket, stage));
      const bar = patch(x, width, y.at(level), y.at(level + value), COLOURS[stage]);
      level += value;
      return bar;
    });
    bars.push(
      patch(x, width, y.at(0), y.at(-Math.max(0, o.value(bucket, 'residualExport'))), COLOURS.residualExport),
    );
    const lines = [...ABOVE, 'residualExport' as const]
      .filter((stage) => o.value(bucket, stage) !== 0)
      .map((stage) => `${STAGE_NAMES[stage]}: ${figure(o.value(bucket, stage), o.decimals)} ${o.unit}`);
    return element('g', {}, `<title>${escape([bucket.name, ...lines].join('\n'))}</title>`, ...bars);
  });
  return framed(
    {
      ...o,
      xLabel: axis.label,
      y,
      xTicks: axis.ticks,
      legend: [...ABOVE, 'residualExport' as const].map((stage) => ({
        text: STAGE_NAMES[stage],
        colour: COLOURS[stage],
      })),
    },
    drawn,
  );
}

function patch(x: number, width: number, from: number, to: number, fill: string): string {
  const height = Math.abs(to - from);
  return height < 0.01 ? '' : element('rect', { x, width, y: Math.min(from, to), height, fill });
}
