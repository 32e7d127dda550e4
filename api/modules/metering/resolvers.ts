import { sql } from 'kysely';
import {
  Arg,
  Args,
  ArgsType,
  Authorized,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { viewerOf, type RequestContext } from '../../context.js';
import { decodeNodeId, decodeRef } from '../../node-id.js';
import { Instant } from '../../scalars.js';
import { TOTALS_MEMBERS, visible, type Condition } from '../../visibility/visible.js';
import { transactionAt } from '../ledger/transaction-loader.js';
import { Transaction } from '../ledger/types.js';
import { Agreement, Market } from '../market/types.js';
import { connectionOf, page, PageArgs, type Page } from '../paging.js';
import { Connection } from '../registration/types.js';
import { readingOf } from './reading-loader.js';
import { latestRun } from './run.js';
import { totalsOf } from './totals.js';
import { tradeById } from './trade.js';
import { IntervalTotals, Position, Reading, SettlementRun, Trade } from './types.js';

const ReadingConnection = connectionOf(Reading, 'Reading');
const RunConnection = connectionOf(SettlementRun, 'SettlementRun');
const PositionConnection = connectionOf(Position, 'Position');
const TradeConnection = connectionOf(Trade, 'Trade');

@ArgsType()
class PeriodArgs extends PageArgs {
  @Field(() => Instant, { nullable: true, description: 'Interval starts from then on.' })
  declare from?: number;
  @Field(() => Instant, { nullable: true, description: 'Interval starts before then.' })
  declare to?: number;
}

const inPeriod = (column: string, { from, to }: PeriodArgs): Condition =>
  sql`${sql.ref(column)} >= ${from ?? 0}::bigint and ${sql.ref(column)} < ${to ?? Number.MAX_SAFE_INTEGER}::bigint`;

/** A condition that a node id names, of a lane and a number in a column; false where it is no such id. */
function named(
  kind: 'Market' | 'Connection',
  id: string | undefined,
  alias: string,
  ...columns: string[]
): Condition {
  if (id === undefined) return sql`true`;
  const ref = decodeRef(kind, id);
  if (!ref) return sql`false`;
  const any = columns.map((c) => sql`${sql.ref(`${alias}.${c}`)} = ${ref.number}::bigint`);
  return sql`${sql.ref(`${alias}.lane`)} = ${ref.lane} and (${sql.join(any, sql` or `)})`;
}

@Resolver(() => Reading)
export class ReadingResolver {
  @Authorized()
  @Query(() => ReadingConnection, { description: 'Readings of a connection, by start and revision.' })
  readings(
    @Arg('connection', () => ID, { description: 'Connection.' }) connection: string,
    @Args(() => PeriodArgs) args: PeriodArgs,
    @Ctx() context: RequestContext,
  ): Promise<Page<Reading>> {
    const listing = {
      select: sql`r.*`,
      from: sql`reading r`,
      where: [
        named('Connection', connection, 'r', 'connection'),
        inPeriod('r.start', args),
        visible(viewerOf(context), 'reading'),
      ],
      key: ['r.start', 'r.revision'],
    };
    return page(context.database, listing, args, (row) => new Reading(row));
  }
}

@Resolver(() => SettlementRun)
export class SettlementRunResolver {
  @Authorized()
  @Query(() => RunConnection, { description: 'Settlement runs of a market, by interval.' })
  settlementRuns(
    @Arg('market', () => ID, { description: 'Market.' }) market: string,
    @Args(() => PeriodArgs) args: PeriodArgs,
    @Ctx() context: RequestContext,
  ): Promise<Page<SettlementRun>> {
    const listing = {
      select: sql`r.*`,
      from: sql`run r`,
      where: [
        named('Market', market, 'r', 'market'),
        inPeriod('r.start', args),
        visible(viewerOf(context), 'run'),
      ],
      key: ['r.start', 'r.run'],
    };
    return page(context.database, listing, args, (row) => new SettlementRun(row));
  }

  @Authorized()
  @Query(() => SettlementRun, {
    nullable: true,
    description: 'The latest run of an interval; null where it is not settled or not the viewer’s to see.',
  })
  interval(
    @Arg('market', () => ID, { description: 'Market.' }) market: string,
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
    description: `Totals over all members. A participant is not told those of fewer than ${TOTALS_MEMBERS} members: null.`,
  })
  totals(@Root() run: SettlementRun, @Ctx() context: RequestContext): Promise<IntervalTotals | null> {
    const isWithheld = viewerOf(context).role === 'PARTICIPANT' && run.members < TOTALS_MEMBERS;
    return isWithheld ? Promise.resolve(null) : totalsOf(context, run);
  }

  @FieldResolver(() => PositionConnection, {
    description: 'What members traded and owe, as far as the viewer may see it.',
  })
  positions(
    @Root() { lane, row }: SettlementRun,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Page<Position>> {
    const listing = {
      select: sql`p.*`,
      from: sql`position p`,
      where: [
        sql<boolean>`p.market = ${row.market}::bigint and p.start = ${row.start}::bigint
          and p.run = ${row.run}::integer and p.lane = ${lane}`,
        visible(viewerOf(context), 'position'),
      ],
      key: ['p.connection'],
    };
    return page(context.database, listing, args, (position) => new Position(position));
  }

  @FieldResolver(() => TradeConnection, { description: 'Its trades, as far as the viewer may see them.' })
  trades(
    @Root() { lane, row }: SettlementRun,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Page<Trade>> {
    const listing = {
      select: sql`t.*`,
      from: sql`trade t`,
      where: [
        sql<boolean>`t.market = ${row.market}::bigint and t.start = ${row.start}::bigint
          and t.run = ${row.run}::integer and t.lane = ${lane}`,
        visible(viewerOf(context), 'trade'),
      ],
      key: ['t.id'],
    };
    return page(context.database, listing, args, (trade) => new Trade(trade));
  }

  @FieldResolver(() => Transaction, { nullable: true, description: 'Transaction that committed it.' })
  transaction(@Root() { row }: SettlementRun, @Ctx() context: RequestContext): Promise<Transaction | null> {
    return transactionAt(context, row.block as string, row.position as number);
  }
}

@Resolver(() => Position)
export class PositionResolver {
  @FieldResolver(() => Connection, { nullable: true, description: 'Its connection.' })
  connection(@Root() { row }: Position, @Ctx() { loaders }: RequestContext): Promise<Connection | null> {
    return loaders.load('Connection', { lane: row.lane as string, number: row.connection as string });
  }

  @FieldResolver(() => Reading, { nullable: true, description: 'The reading that it was settled on.' })
  reading(@Root() { row }: Position, @Ctx() context: RequestContext): Promise<Reading | null> {
    return readingOf(context, row);
  }
}

@Resolver(() => Trade)
export class TradeResolver {
  @Authorized()
  @Query(() => Trade, { nullable: true, description: 'A trade by its id, or by its node id.' })
  trade(@Arg('id', () => ID) id: string, @Ctx() context: RequestContext): Promise<Trade | null> {
    const node = decodeNodeId(id);
    return tradeById(node?.kind === 'Trade' ? node.parts[0] : id, context);
  }

  @Authorized()
  @Query(() => TradeConnection, { description: 'Trades of which the viewer may see a side, by interval.' })
  trades(
    @Args(() => PeriodArgs) args: PeriodArgs,
    @Ctx() context: RequestContext,
    @Arg('market', () => ID, { nullable: true, description: 'Only those of this market.' }) market?: string,
    @Arg('connection', () => ID, { nullable: true, description: 'Only those of which it is a side.' })
    connection?: string,
  ): Promise<Page<Trade>> {
    const listing = {
      select: sql`t.*`,
      from: sql`trade t`,
      where: [
        named('Market', market, 't', 'market'),
        named('Connection', connection, 't', 'seller', 'buyer'),
        inPeriod('t.start', args),
        visible(viewerOf(context), 'trade'),
      ],
      key: ['t.start', 't.id'],
    };
    return page(context.database, listing, args, (row) => new Trade(row));
  }

  @FieldResolver(() => Connection, {
    nullable: true,
    description:
      'Connection that sells; null for the community’s pool, and where it is not the viewer’s to see.',
  })
  seller(@Root() { lane, row }: Trade, @Ctx() { loaders }: RequestContext): Promise<Connection | null> {
    return loaders.load('Connection', { lane, number: row.seller as string });
  }

  @FieldResolver(() => Connection, {
    nullable: true,
    description:
      'Connection that buys; null for the community’s pool, and where it is not the viewer’s to see.',
  })
  buyer(@Root() { lane, row }: Trade, @Ctx() { loaders }: RequestContext): Promise<Connection | null> {
    return loaders.load('Connection', { lane, number: row.buyer as string });
  }

  @FieldResolver(() => Agreement, {
    nullable: true,
    description: 'Agreement by which it was made; null for the community.',
  })
  agreement(@Root() { lane, row }: Trade, @Ctx() { loaders }: RequestContext): Promise<Agreement | null> {
    return loaders.load('Agreement', { lane, number: row.agreement as string });
  }
}
