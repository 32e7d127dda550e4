/** The query side: every resolver class. */
import type { NonEmptyArray } from 'type-graphql';
import { LedgerResolver } from './ledger/resolvers.js';
import { AgreementResolver, MarketResolver, TariffResolver } from './market/resolvers.js';
import {
  PositionResolver,
  ReadingResolver,
  SettlementRunResolver,
  TradeResolver,
} from './metering/resolvers.js';
import { AccountResolver, EntryResolver, ReceivableResolver, UnitResolver } from './money/resolvers.js';
import { ConnectionResolver, NetworkResolver, ParticipantResolver } from './registration/resolvers.js';
import { PositionRunResolver, StatementResolver } from './statement/resolvers.js';

export const RESOLVERS: NonEmptyArray<abstract new (...args: never[]) => object> = [
  LedgerResolver,
  ParticipantResolver,
  NetworkResolver,
  ConnectionResolver,
  MarketResolver,
  TariffResolver,
  AgreementResolver,
  UnitResolver,
  AccountResolver,
  EntryResolver,
  ReceivableResolver,
  ReadingResolver,
  SettlementRunResolver,
  PositionResolver,
  TradeResolver,
  StatementResolver,
  PositionRunResolver,
];
