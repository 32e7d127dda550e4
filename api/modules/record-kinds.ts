/** Kinds of records that have a number: their table and their type. */
import { sql, type RawBuilder } from 'kysely';
import type { RefKind } from '../../schema/fields.js';
import { ROW_KINDS, type RowKind } from '../visibility/visible.js';
import { Agreement, Market, Tariff } from './market/types.js';
import { Account, Hold, Unit } from './money/types.js';
import type { Row } from './paging.js';
import { Connection, Network, Participant } from './registration/types.js';

interface Kind<T> {
  readonly rowKind: RowKind;
  /** Columns that are read, under the row kind's alias. */
  readonly select: RawBuilder<unknown>;
  readonly make: (row: Row) => T;
}

const kind = <T>(
  rowKind: RowKind,
  type: new (row: Row) => T,
  select: RawBuilder<unknown> = sql`${sql.ref(ROW_KINDS[rowKind])}.*`,
): Kind<T> => ({ rowKind, select, make: (row) => new type(row) });

/** What was issued is the issuer's account, below zero; a viewer need not see the account to see the sum. */
export const UNIT_COLUMNS = sql`u.*,
  (select -i.balance from account i where i.number = u.issuer_account and i.lane = u.lane) as issued`;

export const RECORD_KINDS = {
  Participant: kind('participant', Participant),
  Network: kind('network', Network),
  Connection: kind('connection', Connection),
  Unit: kind('unit', Unit, UNIT_COLUMNS),
  Account: kind('account', Account),
  Tariff: kind('tariff', Tariff),
  Market: kind('market', Market),
  Agreement: kind('agreement', Agreement),
  Hold: kind('hold', Hold),
} as const satisfies Record<RefKind, Kind<object>>;

export type RecordKind = keyof typeof RECORD_KINDS;
export type RecordOf<K extends RecordKind> = ReturnType<(typeof RECORD_KINDS)[K]['make']>;
