/** K8: a page of state holds the largest records that it can have. */
import { expect, test } from '@jest/globals';
import { encodePage } from '../../chaincode/kernel/pages.js';
import { TARIFFS, type TariffRecord } from '../../chaincode/ledgers/trade/pages.js';
import type { Json } from '../../schema/canonical.js';
import { LIMITS } from '../../schema/limits.js';

const LAST_INSTANT = 253_402_300_799_999;
const LAST_NUMBER = 2 ** 40;

test('tariffs: with every version and market that they may have, none takes the room of another', () => {
  const largest: TariffRecord = {
    owner: LIMITS.organisationsPerLane,
    unit: LAST_NUMBER,
    from: new Array<number>(LIMITS.tariffVersions).fill(LAST_INSTANT),
    markets: new Array<number>(LIMITS.marketsPerTariff).fill(LAST_NUMBER),
  };
  const columns = TARIFFS.columns.map((name) => new Array<Json>(TARIFFS.perPage).fill(largest[name] as Json));
  const page = { key: 'tariff/0', columns, bytes: undefined, dirty: true };
  expect(encodePage(page).length).toBeLessThanOrEqual(LIMITS.pageBytes);
});
