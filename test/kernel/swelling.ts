/** Commands that write and emit as much as they are told, after having moved an amount. */
import { Registry, rule } from '../../chaincode/kernel/registry.js';
import { family } from '../../chaincode/kernel/records.js';
import { command, encodeBatch, event } from '../../schema/command.js';
import { field } from '../../schema/fields.js';
import { keyFromUuid } from '../../schema/ids.js';
import { uuidAt } from '../scenarios/world.js';

export const START_MS = 1_748_736_000_000;
export const LANE = 'Brightwater';
const MOST = 10_000_000;

const start = command({ name: 'start', ledger: 'test', doc: 'Opens two accounts.', fields: {} });
const swell = command({
  name: 'swell',
  ledger: 'test',
  doc: 'Moves an amount, fills pages, and emits a text.',
  fields: {
    pages: field.count('Pages.', MOST),
    pageText: field.count('Characters of each.', MOST),
    eventText: field.count('Characters of the event.', MOST),
  },
});
const swollen = event({ name: 'swollen', doc: 'A text.', fields: { text: field.text('It.', MOST) } });

export interface Swelling {
  readonly pages: number;
  readonly pageText: number;
  readonly eventText: number;
}

const PAGE = family<{ text: string }>('swollen', 1, ['text']);
const authority = { roles: ['HOST'], consent: 'none', reason: false } as const;

export const swelling = new Registry([
  rule(start, authority, (c) => {
    for (const account of [1, 2]) {
      const floor = Number.MIN_SAFE_INTEGER;
      c.accounts.open(account, { unit: 1, owner: 0, organisation: c.organisation, kind: 0, floor });
    }
  }),
  rule(swell, authority, (c, { pages, pageText, eventText }) => {
    c.accounts.move(1, 2, 5);
    c.names.add('swollen', c.key, c.next('swollen'));
    const text = 'x'.repeat(pageText);
    c.records.needAll(PAGE, pages);
    for (let page = 0; page < pages; page++) c.records.put(PAGE, page, { text });
    c.emit(swollen, { text: 'x'.repeat(eventText) });
  }),
]);

const batchOf = (shape: typeof start | typeof swell, timeMs: number, args: object): Uint8Array => {
  const given = { shape: shape as never, key: keyFromUuid(uuidAt(timeMs)), actor: 0 };
  return encodeBatch(LANE, [{ ...given, args: args as Record<string, unknown> }]);
};
export const startBatch = (): Uint8Array => batchOf(start, START_MS, {});
/** Its key lies in another bucket of the memory of keys. */
export const swellBatch = (by: Swelling): Uint8Array => batchOf(swell, START_MS + 1_000, by);

/** One command for each limit of size that it passes, and no other. */
export const TOO_LARGE: readonly (readonly [code: string, by: Swelling])[] = [
  ['EVENT_TOO_LARGE', { pages: 3, pageText: 10, eventText: 2_000_000 }],
  ['PAGE_TOO_LARGE', { pages: 3, pageText: 64_000, eventText: 10 }],
  ['TRANSACTION_TOO_LARGE', { pages: 70, pageText: 60_000, eventText: 10 }],
];
