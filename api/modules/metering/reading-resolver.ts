import { sql } from 'kysely';
import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { decodeRef } from '../../node-id.js';
import { inPeriod, listPage } from '../lists.js';
import { PeriodArgs, type Page } from '../paging.js';
import { namedBy } from '../references.js';
import { Connection } from '../registration/types.js';
import { READINGS, READINGS_OF_CONNECTION } from './lists.js';
import { Reading, ReadingConnection } from './types.js';

@Resolver(() => Reading)
export class ReadingResolver {
  @Authorized()
  @Query(() => ReadingConnection, {
    description:
      'Readings of a connection, by interval start and revision: every revision, the highest counts.',
  })
  readings(
    @Arg('connection', () => ID, { description: 'Node id of the connection.' }) connection: string,
    @Args(() => PeriodArgs) args: PeriodArgs,
    @Ctx() context: RequestContext,
  ): Promise<Page<Reading>> {
    const isOfConnection = namedBy('Connection', connection, 'r', 'connection');
    const isOfBand = sql<boolean>`r.band = ${decodeRef('Connection', connection)?.number ?? 0}::bigint / 32`;
    return listPage(context, READINGS, args, isOfConnection, isOfBand, inPeriod('r.start', args));
  }

  @FieldResolver(() => Connection, { nullable: true, description: 'Connection whose meter it is of.' })
  connection(@Root() { lane, row }: Reading, @Ctx() { loaders }: RequestContext): Promise<Connection | null> {
    return loaders.load('Connection', { lane, number: row.connection as string });
  }
}

@Resolver(() => Connection)
export class MeterResolver {
  @FieldResolver(() => ReadingConnection, {
    description: 'Its readings, by interval start and revision, as far as the viewer may see them.',
  })
  readings(
    @Root() { lane, row }: Connection,
    @Args(() => PeriodArgs) args: PeriodArgs,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Page<Reading>> {
    return loaders.page(READINGS_OF_CONNECTION, { lane, connection: row.number }, args);
  }
}
