/** What the lanes refuse for its form before it costs a transaction. */
import { describe, expect, test } from '@jest/globals';
import { assertForm } from '../../api/lanes/form.js';
import { networkRegister } from '../../schema/trade/registration.js';
import { command } from './hand-ledger.js';

describe('a network', () => {
  const register = (timeZone: string): number =>
    assertForm({
      ...command(1),
      ...{ shape: networkRegister, actor: 0 },
      args: { networkId: 'grid', intervalSeconds: 900, timeZone, priceCapMicrosPerMWh: null },
    });

  test.each(['Australia/Perth', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'UTC'])(
    'may have the time zone %s',
    (timeZone) => {
      expect(register(timeZone)).toBeGreaterThan(0);
    },
  );

  test.each(['Australia/Pert', 'No/Where', 'local', 'system', 'Berlin', ''])(
    'is refused where “%s” is no time zone: its participants would have no days',
    (timeZone) => {
      expect(() => register(timeZone)).toThrow(
        expect.objectContaining({ code: 'INVALID_INPUT', field: 'timeZone' }),
      );
    },
  );
});
