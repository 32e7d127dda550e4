import { ACCOUNT_KINDS } from '../../../../schema/account-kinds.js';
import { duesPay as shape } from '../../../../schema/trade/money.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';
import { account, ownAccount, requireSameUnit, unit } from '../access.js';
import { post } from '../post.js';

/**
 * A participant pays dues with Sparkz: wallet → the issuer's treasury, and the issuer's payee account → dues account
 * by the same amount. Currencies must agree; the issuer of the series must be the one that keeps the dues. A
 * receivable takes no more than is owed on it; dues may be paid ahead.
 */
export const duesPay = rule(shape, { roles: ['PARTICIPANT'], consent: 'none', reason: false }, (c, args) => {
  const wallet = ownAccount(c, args.wallet, ['WALLET'], 'wallet');
  const dues = ownAccount(c, args.dues, ['DUES', 'RECEIVABLE'], 'dues');
  const treasury = account(c, args.treasury, ['TREASURY'], 'treasury');
  const payee = account(c, args.duesPayee, ['PAYEE'], 'duesPayee');
  requireSameUnit(wallet, treasury, 'treasury');
  requireSameUnit(dues, payee, 'duesPayee');
  const series = unit(c, wallet.unit);
  const currency = unit(c, dues.unit);
  require(series.currency === currency.currency &&
    series.issuer === currency.issuer, 'UNIT_MISMATCH', 'wallet');
  require(treasury.organisation === series.issuer && treasury.owner === 0, 'NOT_FOUND', 'treasury');
  require(payee.organisation === series.issuer && payee.owner === 0, 'NOT_FOUND', 'duesPayee');
  // What is paid ahead belongs on the dues account: no settlement would look for credit here.
  const isReceivable = ACCOUNT_KINDS[dues.kind] === 'RECEIVABLE';
  const owedMicros = 0 - c.accounts.balance(args.dues);
  require(!isReceivable || args.amountMicros <= owedMicros, 'OVERPAYMENT', 'amountMicros');
  post(c, [
    [args.wallet, 0 - args.amountMicros],
    [args.treasury, args.amountMicros],
    [args.duesPayee, 0 - args.amountMicros],
    [args.dues, args.amountMicros],
  ]);
});
