/** Readings as readers give them: columns, one row a meter and interval. */
import type { ReadingQuality } from '../../schema/trade/metering.js';

/** From best to worst: where several parts make one reading, the worst counts. */
export const QUALITIES: readonly ReadingQuality[] = ['ACTUAL', 'SUBSTITUTED', 'ESTIMATED', 'MISSING'];

/** Which of a reading's figures lack a register. */
export interface Incomplete {
  readonly import: boolean;
  readonly export: boolean;
}

/** Rows that a new table has room for. */
const ROOM = 1_024;

export class ReadingTable {
  /** Distinct meter ids; rows name them by index. */
  readonly meters: string[] = [];
  /** Columns have room for more rows than there are: only the first `length` count. */
  meter = new Uint32Array(ROOM);
  /** ms since 1970. */
  start = new Float64Array(ROOM);
  durationSeconds = new Uint16Array(ROOM);
  importWh = new Float64Array(ROOM);
  exportWh = new Float64Array(ROOM);
  /** Index in QUALITIES. */
  quality = new Uint8Array(ROOM);
  /**
   * Rows whose import or export lacks a register that the meter has: the figure there is no measurement. By row;
   * rows that are not named are whole.
   */
  readonly incomplete = new Map<number, Incomplete>();
  private readonly indexes = new Map<string, number>();
  private count = 0;
  /** Rows of each meter; made when first asked for. */
  private rowsByMeter: number[][] | undefined;

  get length(): number {
    return this.count;
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
      for (let i = 0; i < this.count; i++) this.rowsByMeter[this.meter[i]].push(i);
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
    if (this.count === this.meter.length) this.makeRoom();
    const row = this.count++;
    this.rowsByMeter = undefined;
    this.meter[row] = meter;
    this.start[row] = start;
    this.durationSeconds[row] = durationSeconds;
    this.importWh[row] = importWh;
    this.exportWh[row] = exportWh;
    this.quality[row] = quality;
  }

  /** Columns of numbers grow by copying, which costs little where each time they double. */
  private makeRoom(): void {
    const room = this.count * 2;
    const grown = <T extends { set(from: T): void }>(column: T, larger: T): T => {
      larger.set(column);
      return larger;
    };
    this.meter = grown(this.meter, new Uint32Array(room));
    this.start = grown(this.start, new Float64Array(room));
    this.durationSeconds = grown(this.durationSeconds, new Uint16Array(room));
    this.importWh = grown(this.importWh, new Float64Array(room));
    this.exportWh = grown(this.exportWh, new Float64Array(room));
    this.quality = grown(this.quality, new Uint8Array(room));
  }
}

export interface MeterFile {
  readonly readings: ReadingTable;
  /** SHA-256 of the bytes, shortened to an id: what readings name as their source. */
  readonly source: string;
  /** What was read and passed over, by what it was: reactive registers, event records. */
  readonly passedOver: Readonly<Record<string, number>>;
}
