/** Markets, tariffs and what members want. */
import { command, event } from '../command.js';
import { field } from '../fields.js';
import { LIMITS } from '../limits.js';

export const TARIFF_BASIS = ['IMPORT_WH', 'EXPORT_WH', 'DAY', 'W_DAY'] as const;
export const MARKET_STATE = ['SETUP', 'OPEN', 'PAUSED'] as const;
export const AGREEMENT_KIND = ['CONTRACTED', 'NOMINATED'] as const;
export const AGREEMENT_STATE = ['PROPOSED', 'ACCEPTED', 'REJECTED', 'CANCELLED'] as const;

export const tariffPublish = command({
  name: 'tariffPublish',
  ledger: 'trade',
  creates: 'Tariff',
  doc: 'Publishes a version of a tariff: lines with a payee each. Never takes effect in an interval that has begun (K5).',
  fields: {
    tariffId: field.id('Id of the tariff, of the organisation that gives the command.'),
    effectiveFrom: field.instant('First instant in force.'),
    lines: field.list(
      field.record(
        'TariffLine',
        {
          lineId: field.id('Short id of the line.'),
          payee: field.ref('Account', 'Account number that the line is paid to, or paid from for feed-in.'),
          basis: field.choice('TariffBasis', TARIFF_BASIS, 'What the rate is charged on.'),
          rateMicros: field.price(
            'IMPORT_WH: micros per MWh paid; EXPORT_WH: micros per MWh received; DAY: micros per 24 h; ' +
              'W_DAY: micros per MW of sanctioned load and 24 h.',
          ),
          taxCode: field.id('Tax code.'),
          staysPayableOnTraded: field.flag('Whether energy traded with a member pays it too.'),
        },
        'One line of a tariff.',
      ),
      LIMITS.tariffLines,
      'The lines: at least one, each with an id of its own.',
    ),
  },
});

export const marketCreate = command({
  name: 'marketCreate',
  ledger: 'trade',
  creates: 'Market',
  doc: 'Creates a market over a network in state SETUP: what is past may be loaded until it opens (K5).',
  fields: {
    marketId: field.id('Id of the market.'),
    network: field.ref('Network', 'Network number.'),
    unit: field.ref('Unit', 'Unit of its dues.'),
    roundingAccount: field.ref('Account', 'Account that takes what rounding leaves.'),
    kNumerator: field.count('Numerator of k, the weight of the uniform price.', 1_000_000),
    kDenominator: field.count('Denominator of k.', 1_000_000, 1),
  },
});

export const marketOpen = command({
  name: 'marketOpen',
  ledger: 'trade',
  doc: 'Ends SETUP for good: from here on nothing can be backdated.',
  fields: { market: field.ref('Market', 'Market number.') },
});

export const marketPause = command({
  name: 'marketPause',
  ledger: 'trade',
  doc: 'Pauses the settlement of a market (A4).',
  fields: { market: field.ref('Market', 'Market number.'), reason: field.text('Why.') },
});

export const marketResume = command({
  name: 'marketResume',
  ledger: 'trade',
  doc: 'Ends a pause.',
  fields: { market: field.ref('Market', 'Market number.'), reason: field.text('Why.') },
});

export const membershipSet = command({
  name: 'membershipSet',
  ledger: 'trade',
  doc:
    'Makes a connection a member of a market under a tariff and names the accounts that its settlement posts to; ' +
    'a later version changes them from its start.',
  fields: {
    market: field.ref('Market', 'Market number.'),
    connection: field.ref('Connection', 'Connection number.'),
    tariff: field.ref('Tariff', 'Tariff number.'),
    duesAccount: field.ref('Account', 'Dues account of the participant.'),
    receivableAccount: field.ref('Account', 'Receivable account that takes what the dues account cannot.'),
    effectiveFrom: field.instant('First interval start in force.'),
  },
});

export const communityPreferenceSet = command({
  name: 'communityPreferenceSet',
  ledger: 'trade',
  doc: 'The least a member sells to the community for and the most it buys for, from an interval on.',
  fields: {
    market: field.ref('Market', 'Market number.'),
    connection: field.ref('Connection', 'Connection number.'),
    minSellPriceMicrosPerMWh: field.optional(field.price('Least price to sell at; absent: does not sell.')),
    maxBuyPriceMicrosPerMWh: field.optional(field.price('Most to buy at; absent: does not buy.')),
    effectiveFrom: field.instant('First interval start in force.'),
  },
});

export const agreementPropose = command({
  name: 'agreementPropose',
  ledger: 'trade',
  creates: 'Agreement',
  doc: 'Proposes that one connection sells to another at a price: a contract (stage 1) or a nomination (stage 2).',
  fields: {
    market: field.ref('Market', 'Market number.'),
    kind: field.choice('AgreementKind', AGREEMENT_KIND, 'Which stage of the waterfall it belongs to.'),
    seller: field.ref('Connection', 'Connection that sells.'),
    buyer: field.ref('Connection', 'Connection that buys.'),
    priceMicrosPerMWh: field.price('Price in micros per MWh; zero is an energy gift.'),
    limitWh: field.optional(field.energyWh('Most energy an interval, in Wh.')),
    effectiveFrom: field.instant('First interval start in force.'),
    effectiveTo: field.optional(field.instant('First interval start no longer in force.')),
  },
});

const agreement = {
  market: field.ref('Market', 'Market number.'),
  agreement: field.ref('Agreement', 'Agreement number.'),
};

export const agreementAccept = command({
  name: 'agreementAccept',
  ledger: 'trade',
  doc: 'The other side accepts; it trades from the next interval on at the earliest.',
  fields: agreement,
});
export const agreementReject = command({
  name: 'agreementReject',
  ledger: 'trade',
  doc: 'The other side refuses a proposal.',
  fields: agreement,
});
export const agreementCancel = command({
  name: 'agreementCancel',
  ledger: 'trade',
  doc: 'Either side ends it: a proposal at once, an accepted one from the next interval on.',
  fields: agreement,
});
export const agreementPrioritySet = command({
  name: 'agreementPrioritySet',
  ledger: 'trade',
  doc: 'A side ranks its nominations, first served first; counts from the next interval on.',
  fields: {
    market: field.ref('Market', 'Market number.'),
    connection: field.ref('Connection', 'Connection whose nominations are ranked.'),
    side: field.choice('TradeSide', ['SELL', 'BUY'], 'Whether it ranks its buyers or its sellers.'),
    agreements: field.list(
      field.ref('Agreement', 'Agreement number.'),
      LIMITS.nominationsPerSide,
      'In order of priority: at least one, none twice.',
    ),
  },
});

export const tariffPublished = event({
  name: 'tariffPublished',
  doc: 'A tariff version has its numbers.',
  fields: {
    tariff: field.ref('Tariff', 'Tariff number.'),
    version: field.number('Version number, from 1.'),
  },
});
export const marketCreated = event({
  name: 'marketCreated',
  doc: 'A market has its number.',
  fields: { market: field.ref('Market', 'Market number.') },
});
export const agreementProposed = event({
  name: 'agreementProposed',
  doc: 'An agreement has its number.',
  fields: { agreement: field.ref('Agreement', 'Agreement number.') },
});
export const agreementChanged = event({
  name: 'agreementChanged',
  doc: 'An agreement has a new state from an interval on.',
  fields: {
    market: field.ref('Market', 'Market number.'),
    agreement: field.ref('Agreement', 'Agreement number.'),
    state: field.choice('AgreementState', AGREEMENT_STATE, 'The new state.'),
    effectiveFrom: field.instant('First interval start for which it counts.'),
  },
});
