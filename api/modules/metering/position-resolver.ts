import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { ENTRIES_OF_POSITION } from '../money/lists.js';
import { Entry, EntryConnection } from '../money/types.js';
import { PageArgs, type Page } from '../paging.js';
import { Connection } from '../registration/types.js';
import { READING, RUN, TRADES_OF_POSITION } from './lists.js';
import { Position, Reading, SettlementRun, Trade, TradeConnection } from './types.js';

/** From what a member owes back to all that it came of. */
@Resolver(() => Position)
export class PositionResolver {
  @FieldResolver(() => Connection, { nullable: true, description: 'Its connection.' })
  connection(
    @Root() { lane, row }: Position,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Connection | null> {
    return loaders.load('Connection', { lane, number: row.connection as string });
  }

  @FieldResolver(() => Reading, { nullable: true, description: 'The reading that it was settled on.' })
  reading(@Root() { row }: Position, @Ctx() { loaders }: RequestContext): Promise<Reading | null> {
    const { lane, connection, start, reading_revision: revision } = row;
    return loaders.find(READING, { lane, connection, start, revision });
  }

  @FieldResolver(() => SettlementRun, { nullable: true, description: 'The run that settled it.' })
  settlementRun(
    @Root() { row }: Position,
    @Ctx() { loaders }: RequestContext,
  ): Promise<SettlementRun | null> {
    return loaders.find(RUN, row);
  }

  @FieldResolver(() => TradeConnection, { description: 'Trades of the run of which it is a side.' })
  trades(
    @Root() { row }: Position,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Page<Trade>> {
    return loaders.page(TRADES_OF_POSITION, row, args);
  }

  @FieldResolver(() => EntryConnection, {
    description:
      'Postings of its settlement to the accounts of its membership, netted per account: connections that share ' +
      'an account share the posting.',
  })
  entries(
    @Root() { row }: Position,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Page<Entry>> {
    return loaders.page(ENTRIES_OF_POSITION, row, args);
  }
}
