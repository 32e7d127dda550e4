/** Postings and holds. */
import { cell } from '../../../schema/fields.js';
import type { PostingPlace } from '../entries.js';
import { eventOf, num, text, type AppliedCommand, type Handler, type Projection } from './command.js';

export const MONEY: Readonly<Record<string, Handler>> = {
  seriesCeilingSet: (c, { changes }) => {
    changes.update(
      'update unit set ceiling = $3::bigint where number = $2::bigint and lane = $1',
      ...[c.lane, c.args.unit, c.args.ceilingMicros],
    );
  },
  holdPlace: (c, { changes, balances }) => {
    const amount = num(c.args, 'amountMicros');
    const account = num(c.args, 'account');
    balances.hold(c.lane, account, amount);
    changes.add(
      'hold',
      ...[
        c.lane,
        num(eventOf(c, 'holdPlaced').fields, 'hold'),
        account,
        num(c.args, 'payee'),
        amount,
        amount,
      ],
      ...[num(c.args, 'expiresAt'), text(c.args, 'purpose')],
    );
  },
  holdCapture: changeHold,
  holdRelease: changeHold,
};

function changeHold(c: AppliedCommand, { changes, balances }: Projection): void {
  const { fields } = eventOf(c, 'holdChanged');
  balances.hold(c.lane, num(fields, 'account'), num(fields, 'changeMicros'));
  changes.update(
    'update hold set remaining = $3::bigint where number = $2::bigint and lane = $1',
    ...[c.lane, fields.hold, fields.remainingMicros],
  );
}

/** Commands whose postings settle the interval that they name. */
const SETTLING: ReadonlySet<string> = new Set(['intervalSettle', 'runPost']);

/** Entries of the command's `posted` events, in their order. */
export function addPosted(c: AppliedCommand, p: Projection): void {
  for (const { shape, count, columns } of c.events) {
    if (shape.name !== 'posted') continue;
    const start = SETTLING.has(c.name) ? num(c.args, 'start') : null;
    for (let i = 0; i < count; i++) {
      addEntry(c, p, cell(columns[0], i) as number, cell(columns[1], i) as number, start);
    }
  }
}

/** One posting: numbered by its account. */
export function addEntry(
  place: PostingPlace,
  { balances, entries }: Projection,
  account: number,
  amountMicros: number,
  intervalStart: number | null,
): void {
  const { sequence, balance } = balances.post(place.lane, account, amountMicros);
  entries.add(place, { account, sequence, amountMicros, balance, intervalStart });
}
