import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { decodeNodeId, isSha256 } from '../../node-id.js';
import { inPeriod, listPage } from '../lists.js';
import { Agreement } from '../market/types.js';
import { nodeById } from '../nodes.js';
import { PeriodArgs, type Page } from '../paging.js';
import { namedBy } from '../references.js';
import { Connection } from '../registration/types.js';
import { RUN, TRADE, TRADES } from './lists.js';
import { SettlementRun, Trade, TradeConnection } from './types.js';

@Resolver(() => Trade)
export class TradeResolver {
  @Authorized()
  @Query(() => Trade, {
    nullable: true,
    description: 'A trade: its sides, their host and the regulator read it; to others it is null (P2P-15).',
  })
  async trade(
    @Arg('id', () => ID, { description: 'Its id that both sides know, or its node id.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Trade | null> {
    if (isSha256(id)) return context.loaders.find(TRADE, { id });
    return decodeNodeId(id)?.kind === 'Trade' ? ((await nodeById(id, context)) as Trade | null) : null;
  }

  @Authorized()
  @Query(() => TradeConnection, {
    description: 'Trades of which the viewer may see a side, by interval start.',
  })
  trades(
    @Args(() => PeriodArgs) args: PeriodArgs,
    @Ctx() context: RequestContext,
    @Arg('market', () => ID, { nullable: true, description: 'Only those of this market, by its node id.' })
    market?: string | null,
    @Arg('connection', () => ID, {
      nullable: true,
      description: 'Only those of which this connection is a side, by its node id.',
    })
    connection?: string | null,
  ): Promise<Page<Trade>> {
    const isOfMarket = namedBy('Market', market, 't', 'market');
    const isOfConnection = namedBy('Connection', connection, 't', 'seller', 'buyer');
    return listPage(context, TRADES, args, isOfMarket, isOfConnection, inPeriod('t.start', args));
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

  @FieldResolver(() => SettlementRun, { nullable: true, description: 'The run that made it.' })
  settlementRun(@Root() { row }: Trade, @Ctx() { loaders }: RequestContext): Promise<SettlementRun | null> {
    return loaders.find(RUN, row);
  }
}
