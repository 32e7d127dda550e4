/** Kinds of account, for the kernel and all ledgers. On the wire a kind is its index: new ones come at the end. */
export const ACCOUNT_KINDS = [
  'WALLET',
  'DUES',
  'RECEIVABLE',
  'ISSUER',
  'TREASURY',
  'PAYEE',
  'ROUNDING',
  'LOSS',
  'CLEARING',
] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];
