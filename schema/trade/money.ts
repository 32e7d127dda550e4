/** Sparkz and dues: minting, moving, holding, paying. */
import { command, event } from '../command.js';
import { field } from '../fields.js';

const amountMicros = field.positiveMicros('Amount in micros of the currency.');

export const sparkzTransfer = command({
  name: 'sparkzTransfer',
  ledger: 'trade',
  doc: 'Moves Sparkz between two wallets of one series.',
  fields: {
    from: field.ref('Account', 'Account that pays.'),
    to: field.ref('Account', 'Account that receives.'),
    amountMicros,
  },
  moves: { from: 'from', to: 'to', amount: 'amountMicros' },
});

export const seriesCeilingSet = command({
  name: 'seriesCeilingSet',
  ledger: 'trade',
  doc: 'A ruling on how much a Sparkz series may issue; never less than is issued.',
  fields: {
    unit: field.ref('Unit', 'Series.'),
    ceilingMicros: field.positiveMicros('Most that may be issued, in micros.'),
    reason: field.text('Why.'),
  },
});

export const sparkzMint = command({
  name: 'sparkzMint',
  ledger: 'trade',
  doc: 'Issues Sparkz into a wallet against money received, up to the ceiling of the series.',
  fields: {
    unit: field.ref('Unit', 'Series.'),
    to: field.ref('Account', 'Wallet that receives.'),
    amountMicros,
    receiptReference: field.id('Reference of the receipt; used once.'),
  },
});

export const sparkzBurn = command({
  name: 'sparkzBurn',
  ledger: 'trade',
  doc: 'Redeems Sparkz of a wallet against money paid out.',
  fields: {
    unit: field.ref('Unit', 'Series.'),
    from: field.ref('Account', 'Wallet that is redeemed.'),
    amountMicros,
    payoutReference: field.id('Reference of the payout; used once by whoever redeems.'),
  },
});

export const holdPlace = command({
  name: 'holdPlace',
  ledger: 'trade',
  creates: 'Hold',
  doc: 'Reserves an amount of an account for a payee until an instant (K3).',
  fields: {
    account: field.ref('Account', 'Account of which the amount is reserved.'),
    payee: field.ref('Account', 'Account that it can be captured for.'),
    amountMicros,
    expiresAt: field.instant('Instant from which it may be released by anyone.'),
    purpose: field.text('What it serves.'),
  },
});
export const holdCapture = command({
  name: 'holdCapture',
  ledger: 'trade',
  doc: 'Pays part or all of a hold to its payee; the rest stays held.',
  fields: { hold: field.ref('Hold', 'Hold number.'), amountMicros },
});
export const holdRelease = command({
  name: 'holdRelease',
  ledger: 'trade',
  doc: 'Ends a hold: by its payee, or by anyone entitled once it has expired.',
  fields: { hold: field.ref('Hold', 'Hold number.') },
});

export const duesPay = command({
  name: 'duesPay',
  ledger: 'trade',
  doc:
    'Pays dues with Sparkz: the wallet pays the host’s treasury, and the dues account is credited by the same amount ' +
    'from the host’s payee account. Both units balance by themselves. A receivable takes no more than is owed on it.',
  fields: {
    wallet: field.ref('Account', 'Sparkz account of the participant.'),
    treasury: field.ref('Account', 'Sparkz account of the host.'),
    dues: field.ref('Account', 'Dues or receivable account of the participant.'),
    duesPayee: field.ref('Account', 'Payee account of the host that carries the dues.'),
    amountMicros,
  },
});

/** Postings of a command that are more than one move; their sequence numbers follow from their order. */
export const posted = event({
  name: 'posted',
  doc: 'Amounts posted to accounts; positive into the account.',
  fields: {},
  rows: { account: field.ref('Account', 'Account number.'), amountMicros: field.micros('Amount in micros.') },
});
export const holdPlaced = event({
  name: 'holdPlaced',
  doc: 'A hold has its number.',
  fields: { hold: field.ref('Hold', 'Hold number.') },
});
export const holdChanged = event({
  name: 'holdChanged',
  doc: 'What a hold still reserves.',
  fields: {
    hold: field.ref('Hold', 'Hold number.'),
    account: field.ref('Account', 'Account of the hold.'),
    changeMicros: field.micros('Change of what is held of the account.'),
    remainingMicros: field.micros('What the hold still reserves; 0 where it has ended.'),
  },
});
