/**
 * A second reader of NEM12 files, written from the format's description and sharing nothing with the product's: it
 * keeps everything as text and exact integers, register by register.
 */
export interface RegisterDay {
  readonly nmi: string;
  readonly suffix: string;
  /** YYYYMMDD. */
  readonly date: string;
  readonly minutes: number;
  /** 10^-12 kWh by interval. */
  readonly picoKWh: readonly bigint[];
  /** Flag of each interval. */
  readonly flags: readonly string[];
}

const PICO_PER_UNIT: Readonly<Record<string, bigint>> = { wh: 10n ** 9n, kwh: 10n ** 12n, mwh: 10n ** 15n };
/** 10^-12 kWh in a Wh. */
export const PICO_PER_WH = 10n ** 9n;

function pico(text: string, unit: bigint): bigint {
  const [whole, fraction = ''] = text.split('.');
  return ((BigInt(whole || '0') * 10n ** 20n + BigInt(fraction.padEnd(20, '0'))) * unit) / 10n ** 20n;
}

/** Days of the active registers, the newest record of each; the other registers' days are counted. */
export function independentDays(text: string): { days: RegisterDay[]; otherDays: number } {
  const newest = new Map<string, { updated: string; day: RegisterDay }>();
  let otherDays = 0;
  const records = text
    .split('\n')
    .map((line) => line.replace(/\r$/, '').split(','))
    .filter((cells) => cells[0] !== '');
  records.forEach((cells, at) => {
    if (cells[0] !== '300') return;
    const register = records.slice(0, at).findLast(([kind]) => kind === '200') as string[];
    const [, nmi, , , suffix, , , unit, length] = register;
    if (!/^[EB]/i.test(suffix)) {
      otherDays++;
      return;
    }
    const minutes = Number(length);
    const count = 1440 / minutes;
    const flags = new Array<string>(count).fill(cells[2 + count][0]);
    for (let next = at + 1; records[next][0] === '400' || records[next][0] === '500'; next++) {
      const [kind, from, to, quality] = records[next];
      if (kind === '400') for (let i = Number(from); i <= Number(to); i++) flags[i - 1] = quality[0];
    }
    const scale = PICO_PER_UNIT[unit.toLowerCase()];
    const picoKWh = cells.slice(2, 2 + count).map((cell) => pico(cell, scale));
    const key = [nmi, suffix.toUpperCase(), cells[1]].join();
    const updated = cells[5 + count] ?? '';
    const before = newest.get(key);
    if (before && before.updated > updated) return;
    newest.set(key, {
      updated,
      day: { nmi, suffix: suffix.toUpperCase(), date: cells[1], minutes, picoKWh, flags },
    });
  });
  return { days: [...newest.values()].map(({ day }) => day), otherDays };
}

/** Rounded half up to whole Wh. */
export const wholeWh = (picoKWh: bigint): bigint => (picoKWh * 2n + PICO_PER_WH) / (PICO_PER_WH * 2n);
