import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { LIMITS } from '../../../schema/limits.js';
import type { RequestContext } from '../../context.js';
import { decodeRef } from '../../node-id.js';
import { listPage } from '../lists.js';
import { Position, PositionConnection } from '../metering/types.js';
import { PageArgs, type Page } from '../paging.js';
import { Participant } from '../registration/types.js';
import { countedPositions, STATEMENT_INTERVALS, STATEMENT_OWNER } from './lists.js';
import { checkPeriod, daysOf, MOST_DAYS, periodOf, StatementArgs } from './period.js';
import { statementOf } from './statement.js';
import { Statement } from './types.js';

@Resolver(() => Statement)
export class StatementResolver {
  @Authorized()
  @Query(() => Statement, {
    nullable: true,
    complexity: ({ args, childComplexity }) =>
      1 + LIMITS.statementDayCost * daysOf(args as StatementArgs) + childComplexity,
    description:
      `What a participant traded and owes over a period of at most ${MOST_DAYS} days, given by instants or by local ` +
      'days; null where it is not the viewer’s to see.',
  })
  async statement(
    @Arg('participant', () => ID, { description: 'Node id of the participant.' }) id: string,
    @Args(() => StatementArgs) args: StatementArgs,
    @Ctx() context: RequestContext,
  ): Promise<Statement | null> {
    checkPeriod(args);
    const ref = decodeRef('Participant', id);
    const owner = ref && (await context.loaders.find(STATEMENT_OWNER, { ...ref }));
    if (!owner) return null;
    return statementOf(owner, await periodOf(args, owner, context.database), context);
  }

  @FieldResolver(() => Participant, { description: 'Whose it is.' })
  participant(@Root() { owner }: Statement): Participant {
    return owner;
  }

  @FieldResolver(() => PositionConnection, {
    description:
      'Its settled intervals, which it sums: each leads on to postings, run, reading and transaction.',
  })
  intervals(
    @Root() { owner, from, to }: Statement,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Page<Position>> {
    const isCounted = countedPositions(owner, { fromMs: from, toMs: to });
    return listPage(context, STATEMENT_INTERVALS, args, isCounted);
  }
}
