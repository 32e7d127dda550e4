/** The trade ledger's words: one line a command, one line an event. */
import type { CommandShape, EventShape } from '../command.js';
import * as registration from './registration.js';
import * as market from './market.js';
import * as metering from './metering.js';
import * as money from './money.js';

export const TRADE_COMMANDS: readonly CommandShape[] = [
  registration.participantRegister,
  registration.participantStatusSet,
  registration.networkRegister,
  registration.connectionRegister,
  registration.connectionClose,
  registration.unitRegister,
  registration.accountOpen,
  market.tariffPublish,
  market.marketCreate,
  market.marketOpen,
  market.marketPause,
  market.marketResume,
  market.membershipSet,
  market.communityPreferenceSet,
  market.agreementPropose,
  market.agreementAccept,
  market.agreementReject,
  market.agreementCancel,
  market.agreementPrioritySet,
  metering.readingsRecord,
  metering.readingsRevise,
  metering.intervalSettle,
  metering.runOpen,
  metering.runPost,
  money.sparkzTransfer,
  money.seriesCeilingSet,
  money.sparkzMint,
  money.sparkzBurn,
  money.holdPlace,
  money.holdCapture,
  money.holdRelease,
  money.duesPay,
];

export const TRADE_EVENTS: readonly EventShape[] = [
  registration.participantRegistered,
  registration.networkRegistered,
  registration.connectionRegistered,
  registration.unitRegistered,
  registration.accountOpened,
  market.tariffPublished,
  market.marketCreated,
  market.agreementProposed,
  market.agreementChanged,
  metering.intervalSettled,
  metering.runOpened,
  metering.runPartPosted,
  metering.runCompleted,
  metering.tradesMade,
  metering.receivablesRaised,
  metering.readingsRevised,
  metering.runStale,
  money.posted,
  money.holdPlaced,
  money.holdChanged,
] as readonly EventShape[];
