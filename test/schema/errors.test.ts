/** What the table of errors advises to do. */
import { expect, test } from '@jest/globals';
import { ERRORS, type ErrorEntry } from '../../schema/errors.js';

test('what the ledger refused and remembers is never to be sent again under its key, which would replay it', () => {
  const again = Object.entries<ErrorEntry>(ERRORS)
    .filter(([, { kind, retry }]) => kind === 'business' && retry === 'SAME_KEY')
    .map(([code]) => code);
  // Refused for the other commands of its batch, a command is not decided: nothing of it is remembered.
  expect(again).toEqual([
    ...['BATCH_TOO_SPREAD', 'WORK_LIMIT'],
    // Told before the ledger has the batch.
    ...['STALE_PREPARATION', 'PREPARATION_EXPIRED', 'PREPARATION_REFUSED'],
    ...['SIGNATURE_REFUSED', 'CERTIFICATE_REFUSED'],
  ]);
});
