/** What is still held: every change of a hold goes through here, so that hold and account stay in step. */
import { holdChanged } from '../../../schema/trade/money.js';
import { micros } from '../../../schema/units.js';
import type { Context } from '../../kernel/registry.js';
import { require } from '../../kernel/unit-of-work.js';
import { existing } from './access.js';
import { HOLD_COUNTS, HOLDS, type HoldRecord } from './pages.js';

/** A hold that still reserves something, for those who may use it; nobody else can tell ended from absent (A2). */
export function openHold(c: Context, number: number, mayUse: (hold: HoldRecord) => boolean): HoldRecord {
  const hold = existing(c, HOLDS, number, 'hold');
  require(mayUse(hold), 'NOT_FOUND', 'hold');
  require(hold.remainingMicros > 0, 'WRONG_STATE', 'hold');
  return hold;
}

/** Frees part or all of a hold. */
export function reduceHold(c: Context, number: number, hold: HoldRecord, amountMicros: number): void {
  const remainingMicros = hold.remainingMicros - amountMicros;
  c.accounts.hold(hold.account, 0 - amountMicros);
  c.records.put(HOLDS, number, { ...hold, remainingMicros });
  if (remainingMicros === 0) {
    const { open } = existing(c, HOLD_COUNTS, hold.account, 'hold');
    c.records.put(HOLD_COUNTS, hold.account, { open: open - 1 });
  }
  c.emit(holdChanged, {
    hold: number,
    account: hold.account,
    changeMicros: micros(0 - amountMicros),
    remainingMicros: micros(remainingMicros),
  });
}
