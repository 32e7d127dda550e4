import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { viewerOf, type RequestContext } from '../../context.js';
import { decodeRef } from '../../node-id.js';
import { EnergyWh, Instant } from '../../scalars.js';
import { totalsAreTold, TOTALS_MEMBERS } from '../../visibility/totals.js';
import { RECEIPT } from '../ledger/lists.js';
import { Transaction } from '../ledger/types.js';
import { inPeriod, listPage } from '../lists.js';
import { Market } from '../market/types.js';
import { PageArgs, PeriodArgs, type Page } from '../paging.js';
import { namedBy } from '../references.js';
import { latestRun } from './latest-run.js';
import { POSITIONS_OF_RUN, RUNS, RUNS_OF_MARKET, TRADES_OF_RUN } from './lists.js';
import { totalsOf } from './totals.js';
import {
  IntervalTotals,
  Position,
  PositionConnection,
  RunConnection,
  SettlementRun,
  Trade,
  TradeConnection,
} from './types.js';

const WITHHELD = `A participant is not told it of fewer than ${TOTALS_MEMBERS} members: null.`;

/** A figure that tells of all members together, where the viewer is told such. */
const overMembers = <T>({ row }: SettlementRun, context: RequestContext, figure: T): T | null =>
  totalsAreTold(viewerOf(context), row.participants as number) ? figure : null;

@Resolver(() => SettlementRun)
export class SettlementRunResolver {
  @Authorized()
  @Query(() => RunConnection, { description: 'Settlement runs of a market, by interval start and run.' })
  settlementRuns(
    @Arg('market', () => ID, { description: 'Node id of the market.' }) market: string,
    @Args(() => PeriodArgs) args: PeriodArgs,
    @Ctx() context: RequestContext,
  ): Promise<Page<SettlementRun>> {
    const isOfMarket = namedBy('Market', market, 'r', 'market');
    return listPage(context, RUNS, args, isOfMarket, inPeriod('r.start', args));
  }

  @Authorized()
  @Query(() => SettlementRun, {
    nullable: true,
    description: 'The latest run of an interval; null where it is not settled or not the viewer’s to see.',
  })
  interval(
    @Arg('market', () => ID, { description: 'Node id of the market.' }) market: string,
    @Arg('start', () => Instant, { description: 'Start of the interval.' }) start: number,
    @Ctx() context: RequestContext,
  ): Promise<SettlementRun | null> {
    const ref = decodeRef('Market', market);
    return ref ? latestRun(ref, start, context) : Promise.resolve(null);
  }

  @FieldResolver(() => Market, { nullable: true, description: 'Its market.' })
  market(@Root() { lane, row }: SettlementRun, @Ctx() { loaders }: RequestContext): Promise<Market | null> {
    return loaders.load('Market', { lane, number: row.market as string });
  }

  @FieldResolver(() => IntervalTotals, {
    nullable: true,
    description: `Totals over all members. ${WITHHELD}`,
  })
  totals(@Root() { row }: SettlementRun, @Ctx() context: RequestContext): IntervalTotals | null {
    return totalsOf(row, viewerOf(context));
  }

  @FieldResolver(() => EnergyWh, {
    nullable: true,
    description: `Offered energy that the price cap kept from trading, in Wh. ${WITHHELD}`,
  })
  unmatchedByCapWh(@Root() run: SettlementRun, @Ctx() context: RequestContext): string | null {
    return overMembers(run, context, run.row.unmatched_by_cap_wh as string);
  }

  // A digest over the readings of two homes is guessed in a moment.
  @FieldResolver(() => String, {
    nullable: true,
    description: `SHA-256 of all that it read, hexadecimal. ${WITHHELD}`,
  })
  inputDigest(@Root() run: SettlementRun, @Ctx() context: RequestContext): string | null {
    return overMembers(run, context, run.row.input_digest as string);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: `SHA-256 of its outcome, hexadecimal. ${WITHHELD}`,
  })
  outputDigest(@Root() run: SettlementRun, @Ctx() context: RequestContext): string | null {
    return overMembers(run, context, run.row.output_digest as string);
  }

  @FieldResolver(() => PositionConnection, {
    description: 'What members traded and owe, as far as the viewer may see it.',
  })
  positions(
    @Root() { row }: SettlementRun,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Page<Position>> {
    return loaders.page(POSITIONS_OF_RUN, row, args);
  }

  @FieldResolver(() => TradeConnection, { description: 'Its trades, as far as the viewer may see them.' })
  trades(
    @Root() { row }: SettlementRun,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Page<Trade>> {
    return loaders.page(TRADES_OF_RUN, row, args);
  }

  @FieldResolver(() => Transaction, { nullable: true, description: 'Transaction that committed it.' })
  transaction(
    @Root() { row }: SettlementRun,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Transaction | null> {
    return loaders.find(RECEIPT, row);
  }
}

@Resolver(() => Market)
export class SettledMarketResolver {
  @FieldResolver(() => RunConnection, {
    description: 'Its settlement runs, by interval start and run, as far as the viewer may see them.',
  })
  settlementRuns(
    @Root() { lane, row }: Market,
    @Args(() => PeriodArgs) args: PeriodArgs,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Page<SettlementRun>> {
    return loaders.page(RUNS_OF_MARKET, { lane, market: row.number }, args);
  }
}
