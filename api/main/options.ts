/** Readers of option values; what is not of its form is refused as wrong usage. */
import { InvalidArgumentError } from 'commander';
import { DateTime } from 'luxon';
import { CommandFailure, EXIT } from './exit.js';

/** A whole number within bounds. */
export const wholeOption =
  (name: string, least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d{1,9}$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`${name} wants a whole number from ${least} to ${most}.`);
    }
    return value;
  };

/** One of a few words. */
export const choiceOption =
  <T extends string>(name: string, choices: readonly T[]) =>
  (text: string): T => {
    const found = choices.find((choice) => choice === text);
    if (found === undefined) throw new InvalidArgumentError(`${name} wants one of ${choices.join(', ')}.`);
    return found;
  };

/** An instant with its offset, or a date, which is its start in UTC; in ms since 1970. */
export const instantOption =
  (name: string) =>
  (text: string): number => {
    const isFull = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
    const at = DateTime.fromISO(text, { zone: 'utc' });
    if (!isFull || !at.isValid) {
      throw new InvalidArgumentError(`${name} wants a date or an instant such as 2025-06-01T00:00:00Z.`);
    }
    return at.toMillis();
  };

/** Refuses a period that ends before it begins, as the gateway does. */
export function requirePeriod({ from, to }: { readonly from?: number; readonly to?: number }): void {
  if (from === undefined || to === undefined || from < to) return;
  throw new CommandFailure('The period ends before it begins: --from must lie before --to.', EXIT.usage);
}

/** How long something lasts: `90m`, `12h`, `7d`; in seconds. */
export const durationOption =
  (name: string, mostSeconds: number) =>
  (text: string): number => {
    const match = /^(\d{1,6})([smhd])$/.exec(text);
    const seconds = match
      ? Number(match[1]) * { s: 1, m: 60, h: 3_600, d: 86_400 }[match[2] as 's' | 'm' | 'h' | 'd']
      : 0;
    if (seconds < 1 || seconds > mostSeconds) {
      throw new InvalidArgumentError(`${name} wants a duration such as 90m, 12h or 7d.`);
    }
    return seconds;
  };
