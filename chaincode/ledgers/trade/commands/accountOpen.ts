import { ACCOUNT_KINDS, type AccountKind } from '../../../../schema/account-kinds.js';
import { LIMITS } from '../../../../schema/limits.js';
import { accountOpen as shape, accountOpened } from '../../../../schema/trade/registration.js';
import { NO_FLOOR } from '../../../kernel/accounts.js';
import { hostedParticipant } from '../../../kernel/participants.js';
import { rule, type Context } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { network, requireOwnLane, unit } from '../access.js';
import { ACCOUNT_BLOCKS, UNIT_SPARKZ } from '../pages.js';

/** What a kind of account holds, and whether a participant owns it. */
const KINDS: Readonly<
  Partial<Record<AccountKind, { sparkz: boolean; participant: boolean; floor: boolean }>>
> = {
  WALLET: { sparkz: true, participant: true, floor: true },
  TREASURY: { sparkz: true, participant: false, floor: true },
  DUES: { sparkz: false, participant: true, floor: true },
  RECEIVABLE: { sparkz: false, participant: true, floor: false },
  PAYEE: { sparkz: false, participant: false, floor: false },
  ROUNDING: { sparkz: false, participant: false, floor: false },
  LOSS: { sparkz: false, participant: false, floor: false },
  CLEARING: { sparkz: false, participant: false, floor: false },
};

/**
 * Opens an account: a host for its participants and itself, others for themselves as payees. Sparkz accounts never
 * fall below 0; a dues account may have a credit limit; what settlement must always be able to post to has no floor.
 */
export const accountOpen = rule(
  shape,
  { roles: ['HOST', 'NETWORK_OPERATOR', 'DISTRIBUTOR', 'MARKET_OPERATOR'], consent: 'none', reason: false },
  (c, args) => {
    const kind = KINDS[args.kind];
    // An issuer's account comes with its series and with nothing else.
    require(kind !== undefined, 'ACCOUNT_KIND', 'kind');
    const record = unit(c, args.unit);
    require((record.kind === UNIT_SPARKZ) === kind.sparkz, 'UNIT_MISMATCH', 'unit');
    require(kind.participant === args.participant > 0, 'ACCOUNT_KIND', 'participant');
    if (c.role === 'HOST') requireOwnLane(c);
    else require(args.kind === 'PAYEE', 'NOT_AUTHORISED', 'kind');
    if (args.participant > 0) hostedParticipant(c.records, args.participant, c.organisation);
    const mayOwe = args.kind === 'DUES';
    require(mayOwe ? args.floorMicros <= 0 : args.floorMicros === 0, 'INVALID_INPUT', 'floorMicros');
    const account = args.network > 0 ? numberOfBlock(c, args.network) : c.next('account');
    c.accounts.open(account, {
      unit: args.unit,
      owner: args.participant,
      organisation: c.organisation,
      kind: ACCOUNT_KINDS.indexOf(args.kind),
      floor: kind.floor ? args.floorMicros : NO_FLOOR,
    });
    c.emit(accountOpened, { account });
  },
);

/** The next number of the block that the network has reserved, so that a community's accounts lie together. */
function numberOfBlock(c: Context, number: number): number {
  network(c, number);
  let block = c.records.get(ACCOUNT_BLOCKS, number);
  if (!block || block.next === block.end) {
    const first = c.next('account', LIMITS.accountBlock);
    block = { next: first, end: first + LIMITS.accountBlock };
  }
  c.records.put(ACCOUNT_BLOCKS, number, { next: block.next + 1, end: block.end });
  return block.next;
}
