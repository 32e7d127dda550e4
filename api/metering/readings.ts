/** Readings as readers give them: columns, one row a meter and interval. */
import type { ReadingQuality } from '../../schema/trade/metering.js';

/** From best to worst: where several parts make one reading, the worst counts. */
export const QUALITIES: readonly ReadingQuality[] = ['ACTUAL', 'SUBSTITUTED', 'ESTIMATED', 'MISSING'];

export class ReadingTable {
  /** Distinct meter ids; rows name them by index. */
  readonly meters: string[] = [];
  readonly meter: number[] = [];
  /** ms since 1970. */
  readonly start: number[] = [];
  readonly durationSeconds: number[] = [];
  readonly importWh: number[] = [];
  readonly exportWh: number[] = [];
  /** Index in QUALITIES. */
  readonly quality: number[] = [];
  private readonly indexes = new Map<string, number>();
  /** Rows of each meter; made when first asked for. */
  private rowsByMeter: number[][] | undefined;

  get length(): number {
    return this.meter.length;
  }

  meterIndex(id: string): number {
    let index = this.indexes.get(id);
    if (index === undefined) {
      index = this.meters.length;
      this.meters.push(id);
      this.indexes.set(id, index);
    }
    return index;
  }

  /** Rows of a meter, in their order. */
  rowsOf(meter: number): readonly number[] {
    if (!this.rowsByMeter) {
      this.rowsByMeter = this.meters.map(() => []);
      for (let i = 0; i < this.meter.length; i++) this.rowsByMeter[this.meter[i]].push(i);
    }
    return this.rowsByMeter[meter] ?? [];
  }

  add(
    meter: number,
    start: number,
    durationSeconds: number,
    importWh: number,
    exportWh: number,
    quality: number,
  ): void {
    this.rowsByMeter = undefined;
    this.meter.push(meter);
    this.start.push(start);
    this.durationSeconds.push(durationSeconds);
    this.importWh.push(importWh);
    this.exportWh.push(exportWh);
    this.quality.push(quality);
  }
}

export interface MeterFile {
  readonly readings: ReadingTable;
  /** SHA-256 of the bytes, shortened to an id: what readings name as their source. */
  readonly source: string;
  /** What was read and passed over, by what it was: reactive registers, event records. */
  readonly passedOver: Readonly<Record<string, number>>;
}
