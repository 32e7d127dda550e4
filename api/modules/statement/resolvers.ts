import { sql } from 'kysely';
import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { viewerOf, type RequestContext } from '../../context.js';
import { decodeRef } from '../../node-id.js';
import { Instant } from '../../scalars.js';
import { visible } from '../../visibility/visible.js';
import { runById } from '../metering/run.js';
import { Position, SettlementRun } from '../metering/types.js';
import { badInput, connectionOf, page, PageArgs, type Page } from '../paging.js';
import { statementOf } from './statement.js';
import { Statement } from './types.js';
import { Participant } from '../registration/types.js';

const StatementPositionConnection = connectionOf(Position, 'StatementPosition');
/** Longest period of one statement: what one answer has to sum is bounded. */
const PERIOD_MS = 100 * 86_400_000;

@Resolver(() => Statement)
export class StatementResolver {
  @Authorized()
  @Query(() => Statement, {
    nullable: true,
    description:
      'What a participant traded and owes over a period of at most 100 days; null where it is not the viewer’s to see.',
  })
  async statement(
    @Arg('participant', () => ID, { description: 'Participant.' }) id: string,
    @Arg('from', () => Instant, { description: 'First interval start.' }) from: number,
    @Arg('to', () => Instant, { description: 'First interval start after the period.' }) to: number,
    @Ctx() context: RequestContext,
  ): Promise<Statement | null> {
    if (to <= from || to - from > PERIOD_MS) badInput('a period of at most 100 days is wanted');
    const ref = decodeRef('Participant', id);
    const participant = ref && (await context.loaders.load('Participant', ref));
    return participant ? statementOf(participant, from, to, context) : null;
  }

  @FieldResolver(() => Participant, { name: 'participant', description: 'Whose it is.' })
  owner(@Root() { participant }: Statement): Participant {
    return participant;
  }

  @FieldResolver(() => StatementPositionConnection, {
    description: 'Its intervals; each leads on to run, reading and transaction.',
  })
  intervals(
    @Root() { participant, from, to }: Statement,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Page<Position>> {
    const { lane, row } = participant;
    const listing = {
      select: sql`p.*`,
      from: sql`position p`,
      where: [
        sql<boolean>`p.lane = ${lane} and p.start >= ${from}::bigint and p.start < ${to}::bigint
          and p.connection in (select o.number from connection o
            where o.participant = ${row.number}::bigint and o.lane = ${lane})`,
        visible(viewerOf(context), 'position'),
      ],
      key: ['p.start', 'p.connection', 'p.run'],
    };
    return page(context.database, listing, args, (position) => new Position(position));
  }
}

@Resolver(() => Position)
export class PositionRunResolver {
  @FieldResolver(() => SettlementRun, { nullable: true, description: 'The run that settled it.' })
  settlementRun(@Root() { row }: Position, @Ctx() context: RequestContext): Promise<SettlementRun | null> {
    return runById(row.lane as string, [row.market, row.start, row.run].map(String), context);
  }
}
