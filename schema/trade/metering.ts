/** Readings and the settlement of an interval. */
import { command, event } from '../command.js';
import { field } from '../fields.js';
import { LIMITS } from '../limits.js';
import { AGREEMENT_KIND } from './market.js';

export const READING_QUALITY = ['ACTUAL', 'SUBSTITUTED', 'ESTIMATED', 'MISSING'] as const;
export type ReadingQuality = (typeof READING_QUALITY)[number];
export const RUN_KIND = ['INITIAL', 'FINAL', 'REVISION'] as const;
/** Stages of the waterfall, in order. */
export const STAGE = ['CONTRACTED', 'NOMINATED', 'COMMUNITY', 'RESIDUAL'] as const;

const readingRows = {
  connection: field.ref('Connection', 'Connection number.'),
  importWh: field.energyWh('Energy from the network, in Wh.'),
  exportWh: field.energyWh('Energy into the network, in Wh.'),
  quality: field.choice('ReadingQuality', READING_QUALITY, 'How the figure came about.'),
};

export const readingsRecord = command({
  name: 'readingsRecord',
  ledger: 'trade',
  doc:
    'Records first readings of one network and interval. The whole command is refused where one of them is; ' +
    'the field names which.',
  fields: {
    network: field.ref('Network', 'Network number.'),
    start: field.instant('Start of the interval.'),
    durationSeconds: field.count('Length of the interval: 300, 900, 1800 or 3600.', 3600, 300),
    source: field.id('Digest or id of the file or system that they come from.'),
  },
  rows: readingRows,
  maxRows: LIMITS.readingsPerCommand,
});

export const readingsRevise = command({
  name: 'readingsRevise',
  ledger: 'trade',
  doc: 'Revises readings (K4): a new revision each, which makes settled runs of the interval STALE.',
  fields: {
    network: field.ref('Network', 'Network number.'),
    start: field.instant('Start of the interval.'),
    durationSeconds: field.count('Length of the interval: 300, 900, 1800 or 3600.', 3600, 300),
    source: field.id('Digest or id of the file or system that they come from.'),
    reason: field.text('Why.'),
  },
  rows: readingRows,
  maxRows: LIMITS.readingsPerCommand,
});

const settledInterval = {
  market: field.ref('Market', 'Market number.'),
  start: field.instant('Start of the interval.'),
};

export const intervalSettle = command({
  name: 'intervalSettle',
  ledger: 'trade',
  doc:
    'Settles an interval of a market on its metered actuals. Anyone entitled may trigger it; prices and quantities ' +
    'follow from the ledger alone (P2P-14).',
  fields: settledInterval,
});

export const runOpen = command({
  name: 'runOpen',
  ledger: 'trade',
  doc:
    'Opens the settlement of an interval that has more connections than settle at once: fixes inputs, prices and ' +
    'digest. Its parts are posted by `runPost`, by anyone entitled; until then no reading of the interval is revised.',
  fields: {
    ...settledInterval,
    clearingAccount: field.ref(
      'Account',
      'Account of kind CLEARING through which the parts balance; it is level again when all are posted.',
    ),
  },
});

export const runPost = command({
  name: 'runPost',
  ledger: 'trade',
  doc:
    'Posts the next part of an open run: some members in the order of their slots, fewer where the event would be ' +
    'too large. With the last one the interval is settled.',
  fields: {
    ...settledInterval,
    from: field.count('Members posted before: where the part begins.', LIMITS.metersPerNetwork),
    members: field.count('Members of the part, at most.', LIMITS.metersPerSettlement, 1),
  },
});

/** Which run it is. */
const runFields = {
  market: field.ref('Market', 'Market number.'),
  start: field.instant('Start of the interval.'),
  run: field.count('Number of the run of this interval, from 0.', 1_000),
};

/** What a run comes to beside its positions. */
const outcomeFields = {
  kind: field.choice('RunKind', RUN_KIND, 'INITIAL, FINAL or REVISION.'),
  backfill: field.flag('Whether the interval lies before the market opened.'),
  communityPriceMicrosPerMWh: field.optional(
    field.price('The uniform price; absent where nothing was traded.'),
  ),
  unmatchedByCapWh: field.energyWh(
    'Offered energy that stayed unmatched because the price cap lies below its price.',
  ),
  inputDigest: field.text('SHA-256 of all that the run read, hex.', 64),
  outputDigest: field.text('SHA-256 of positions, trades and charges, hex.', 64),
};

const positionRows = {
  connection: field.ref('Connection', 'Connection number; rows stand in the order of the slots.'),
  readingRevision: field.count('Revision of the reading that was used, from 0.', 10_000),
  importWh: field.energyWh('Metered import.'),
  exportWh: field.energyWh('Metered export.'),
  contractedBoughtWh: field.energyWh('Bought by contract.'),
  contractedSoldWh: field.energyWh('Sold by contract.'),
  nominatedBoughtWh: field.energyWh('Bought by nomination.'),
  nominatedSoldWh: field.energyWh('Sold by nomination.'),
  communityBoughtWh: field.energyWh('Bought from the community, at the uniform price.'),
  communitySoldWh: field.energyWh('Sold to the community, at the uniform price.'),
  bilateralMicros: field.micros('What its contracted and nominated trades come to; positive: it pays.'),
  tariff: field.ref('Tariff', 'Tariff number.'),
  tariffVersion: field.number('Version of the tariff that was in force.'),
  residualImportMicros: field.micros('What import lines of the tariff come to on residual import.'),
  residualExportMicros: field.micros('What feed-in comes to on residual export; negative: it receives.'),
  leviesMicros: field.micros('Lines that stay payable, on traded energy.'),
  standingMicros: field.micros('Lines by the day and by capacity.'),
  retailOnlyMicros: field.micros('What it would have paid with the retailer alone.'),
};

export const intervalSettled = event({
  name: 'intervalSettled',
  doc:
    'An interval is settled: its price and what each member traded and owes. A bill is bilateral + community bought ' +
    '− sold (uniform price × Wh, rounded) + residual import + residual export + levies + standing.',
  fields: { ...runFields, ...outcomeFields },
  rows: positionRows,
});

export const runOpened = event({
  name: 'runOpened',
  doc: 'A run in parts is open: its inputs and its price are fixed, nothing is posted yet.',
  fields: {
    ...runFields,
    members: field.number('Members to be posted.'),
    communityPriceMicrosPerMWh: outcomeFields.communityPriceMicrosPerMWh,
    inputDigest: outcomeFields.inputDigest,
  },
});

export const runPartPosted = event({
  name: 'runPartPosted',
  doc: 'A part of a run is posted. It counts, and is shown, once the run is complete.',
  fields: {
    ...runFields,
    from: field.count('Members posted before.', LIMITS.metersPerNetwork),
    communityPriceMicrosPerMWh: outcomeFields.communityPriceMicrosPerMWh,
  },
  rows: positionRows,
});

export const runCompleted = event({
  name: 'runCompleted',
  doc: 'The last part of a run is posted: the interval is settled.',
  fields: {
    ...runFields,
    ...outcomeFields,
    importWh: field.totalWh('Metered import of all members.'),
    exportWh: field.totalWh('Metered export of all members.'),
    members: field.number('Members that were settled.'),
  },
});

export const tradesMade = event({
  name: 'tradesMade',
  doc: 'Contracted and nominated trades of a run, in the order of the waterfall. Community trades stand in the positions.',
  fields: runFields,
  rows: {
    agreement: field.ref('Agreement', 'Agreement number.'),
    seller: field.ref('Connection', 'Connection that sells.'),
    buyer: field.ref('Connection', 'Connection that buys.'),
    quantityWh: field.energyWh('Energy.'),
    priceMicrosPerMWh: field.price('Price in micros per MWh.'),
    amountMicros: field.micros('What the buyer pays: price × quantity, rounded once.'),
    kind: field.choice('AgreementKind', AGREEMENT_KIND, 'Kind of the agreement: the stage of the trade.'),
  },
});

export const receivablesRaised = event({
  name: 'receivablesRaised',
  doc: 'What dues accounts could not carry: owed to the host, due at an instant. Settlement never fails for it.',
  fields: { market: field.ref('Market', 'Market number.'), dueAt: field.instant('When it is due.') },
  rows: {
    connection: field.ref('Connection', 'Connection number.'),
    account: field.ref('Account', 'Receivable account.'),
    amountMicros: field.positiveMicros('Amount.'),
  },
});

export const readingsRevised = event({
  name: 'readingsRevised',
  doc: 'Revisions have their numbers; settled runs of the interval are stale from here on.',
  fields: {
    network: field.ref('Network', 'Network number.'),
    start: field.instant('Start of the interval.'),
  },
  rows: {
    connection: field.ref('Connection', 'Connection number.'),
    revision: field.count('Revision number, from 1.', 10_000),
  },
});
export const runStale = event({
  name: 'runStale',
  doc: 'A settled run cites readings that have been revised since.',
  fields: {
    market: field.ref('Market', 'Market number.'),
    start: field.instant('Start of the interval.'),
    run: field.count('Number of the run.', 1_000),
  },
});
