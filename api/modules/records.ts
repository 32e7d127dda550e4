/** Records that have a number: how each is looked up, and its type. */
import type { RefKind } from '../../schema/fields.js';
import { rowLookup, type Lookup } from '../lookup.js';
import { Agreement, Market, Tariff } from './market/types.js';
import { Account, Hold, Unit } from './money/types.js';
import { UNIT_COLUMNS } from './money/lists.js';
import type { Row } from './row.js';
import { Connection, Network, Participant } from './registration/types.js';

const key = { lane: 'text', number: 'bigint' } as const;

export const RECORDS = {
  Participant: rowLookup({ rowKind: 'participant', key, make: (row) => new Participant(row) }),
  Network: rowLookup({ rowKind: 'network', key, make: (row) => new Network(row) }),
  Connection: rowLookup({ rowKind: 'connection', key, make: (row) => new Connection(row) }),
  Unit: rowLookup({ rowKind: 'unit', key, select: UNIT_COLUMNS, make: (row) => new Unit(row) }),
  Account: rowLookup({ rowKind: 'account', key, make: (row) => new Account(row) }),
  Tariff: rowLookup({ rowKind: 'tariff', key, make: (row) => new Tariff(row) }),
  Market: rowLookup({ rowKind: 'market', key, make: (row) => new Market(row) }),
  Agreement: rowLookup({ rowKind: 'agreement', key, make: (row) => new Agreement(row) }),
  Hold: rowLookup({ rowKind: 'hold', key, make: (row) => new Hold(row) }),
} as const satisfies Record<RefKind, Lookup<Row, object>>;

export type RecordKind = keyof typeof RECORDS;
export type RecordOf<K extends RecordKind> = (typeof RECORDS)[K] extends Lookup<Row, infer V> ? V : never;
