/** Figures for people: exact integers in, short text out. Nothing is calculated with what stands here. */

const MICROS = 1_000_000n;

/** Micros as a decimal with a fixed number of places, rounded half away from zero: `-12.35`. */
export function money(micros: bigint, places = 2): string {
  const unit = MICROS / 10n ** BigInt(places);
  const magnitude = micros < 0n ? -micros : micros;
  const rounded = (magnitude * 2n + unit) / (unit * 2n);
  const digits = rounded.toString().padStart(places + 1, '0');
  const whole = grouped(digits.slice(0, digits.length - places));
  const sign = micros < 0n && rounded > 0n ? '−' : '';
  return places === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(digits.length - places)}`;
}

/** Wh as kWh with one decimal: `1,234.5`. */
export function kilowattHours(wh: bigint): string {
  const rounded = (wh < 0n ? -wh : wh) * 10n + 500n;
  const tenths = rounded / 1_000n;
  const sign = wh < 0n && tenths > 0n ? '−' : '';
  return `${sign}${grouped((tenths / 10n).toString())}.${(tenths % 10n).toString()}`;
}

/** Digits in groups of three: `69,056`. */
export function grouped(digits: string | number | bigint): string {
  return String(digits).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** One figure and its noun: `1 block`, `3,204 blocks`. */
export const counted = (count: number | bigint, singular: string, plural = `${singular}s`): string =>
  `${grouped(count)} ${BigInt(count) === 1n ? singular : plural}`;

/** Local date and time of an instant in a zone: `2025-06-01 09:15`. */
export function localTime(instantMs: number, timeZone: string): string {
  const parts = formatterOf(timeZone).formatToParts(instantMs);
  const at = (type: Intl.DateTimeFormatPartTypes): string => parts.find((p) => p.type === type)?.value ?? '';
  return `${at('year')}-${at('month')}-${at('day')} ${at('hour')}:${at('minute')}`;
}

/** Local date of an instant: `2025-06-01`. */
export const localDate = (instantMs: number, timeZone: string): string =>
  localTime(instantMs, timeZone).slice(0, 10);

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let found = formatters.get(timeZone);
  if (!found) {
    found = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    });
    formatters.set(timeZone, found);
  }
  return found;
}
