/** Lists of revoked certificates, as whoever checks a channel reads them. */
import { expect, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { issue, issueAuthority } from '../../network/x509/issue.js';
import { revocationList, serialOf } from '../../network/x509/revoke.js';
import { revokedSerials } from '../../network/x509/revoked.js';

test('name the certificates by the serial numbers that those bear', async () => {
  const now = new Date(Date.UTC(2025, 5, 1));
  const authority = await issueAuthority('Brightwater', now);
  const issued = await Promise.all(
    ['a', 'b', 'c'].map((commonName) => issue(authority, { organisation: 'Brightwater', commonName }, now)),
  );
  const [first, second] = issued.map(({ certificatePem }) => certificatePem);
  const revoked = [first, second];
  const serials = await Promise.all(revoked.map(serialOf));
  const list = await revocationList(
    authority,
    serials.map((serial) => ({ serial, timeMs: now.getTime() })),
    now,
  );
  expect(revokedSerials(list)).toEqual(revoked.map((pem) => new X509Certificate(pem).serialNumber));
  expect(revokedSerials(await revocationList(authority, [], now))).toEqual([]);
});
