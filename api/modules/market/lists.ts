import type { ChildList, List } from '../lists.js';
import { Agreement, CommunityPreference, Market, Membership, Tariff, TariffVersion } from './types.js';

const RECORD = { number: 'bigint', lane: 'text' } as const;

export const MARKETS: List<Market> = {
  name: 'markets',
  rowKind: 'market',
  key: RECORD,
  make: (row) => new Market(row),
};
export const TARIFFS: List<Tariff> = {
  name: 'tariffs',
  rowKind: 'tariff',
  key: RECORD,
  make: (row) => new Tariff(row),
};
export const VERSIONS_OF_TARIFF: ChildList<TariffVersion> = {
  name: 'tariff.versions',
  rowKind: 'tariffVersion',
  parent: { tariff: 'bigint', lane: 'text' },
  key: { version: 'integer' },
  descending: true,
  make: (row) => new TariffVersion(row),
};
export const AGREEMENTS: List<Agreement> = {
  name: 'agreements',
  rowKind: 'agreement',
  key: RECORD,
  descending: true,
  make: (row) => new Agreement(row),
};
export const MEMBERSHIPS: List<Membership> = {
  name: 'memberships',
  rowKind: 'membership',
  key: { connection: 'bigint', market: 'bigint', effective_from: 'bigint', lane: 'text' },
  make: (row) => new Membership(row),
};
export const PREFERENCES_OF_CONNECTION: ChildList<CommunityPreference> = {
  name: 'connection.communityPreferences',
  rowKind: 'preference',
  parent: { connection: 'bigint', lane: 'text' },
  key: { effective_from: 'bigint', market: 'bigint' },
  descending: true,
  make: (row) => new CommunityPreference(row),
};
export const MEMBERSHIPS_OF_CONNECTION: ChildList<Membership> = {
  name: 'connection.memberships',
  rowKind: 'membership',
  parent: { connection: 'bigint', lane: 'text' },
  key: { effective_from: 'bigint', market: 'bigint' },
  descending: true,
  make: (row) => new Membership(row),
};
