/** The query side: every resolver class. */
import type { NonEmptyArray } from 'type-graphql';
import { LedgerResolver } from './ledger/resolvers.js';
import {
  AgreementResolver,
  CommunityPreferenceResolver,
  MarketResolver,
  MemberResolver,
  MembershipResolver,
  TariffResolver,
} from './market/resolvers.js';
import { PositionResolver } from './metering/position-resolver.js';
import { MeterResolver, ReadingResolver } from './metering/reading-resolver.js';
import { SettledMarketResolver, SettlementRunResolver } from './metering/run-resolver.js';
import { TradeResolver } from './metering/trade-resolver.js';
import {
  AccountOwnerResolver,
  AccountResolver,
  EntryResolver,
  HoldResolver,
  ReceivableResolver,
  UnitResolver,
} from './money/resolvers.js';
import { ConnectionResolver, NetworkResolver, ParticipantResolver } from './registration/resolvers.js';
import { StatementResolver } from './statement/resolvers.js';

export const RESOLVERS: NonEmptyArray<abstract new (...args: never[]) => object> = [
  LedgerResolver,
  ParticipantResolver,
  NetworkResolver,
  ConnectionResolver,
  MarketResolver,
  TariffResolver,
  MembershipResolver,
  CommunityPreferenceResolver,
  MemberResolver,
  AgreementResolver,
  UnitResolver,
  AccountResolver,
  AccountOwnerResolver,
  EntryResolver,
  HoldResolver,
  ReceivableResolver,
  ReadingResolver,
  MeterResolver,
  SettlementRunResolver,
  SettledMarketResolver,
  PositionResolver,
  TradeResolver,
  StatementResolver,
];
