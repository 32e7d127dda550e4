import { sql } from 'kysely';
import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { viewerOf, type RequestContext } from '../../context.js';
import { decodeRef } from '../../node-id.js';
import { visible, type Condition } from '../../visibility/visible.js';
import { connectionOf, page, PageArgs, type Page } from '../paging.js';
import { Connection, Network, Participant } from './types.js';

const ParticipantConnection = connectionOf(Participant, 'Participant');
const NetworkConnection = connectionOf(Network, 'Network');
const ConnectionConnection = connectionOf(Connection, 'Connection');

@Resolver(() => Participant)
export class ParticipantResolver {
  @Authorized()
  @Query(() => ParticipantConnection, { description: 'Participants that the viewer may see.' })
  participants(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Page<Participant>> {
    const listing = {
      select: sql`p.*`,
      from: sql`participant p`,
      where: [visible(viewerOf(context), 'participant')],
      key: ['p.number', 'p.lane'],
    };
    return page(context.database, listing, args, (row) => new Participant(row));
  }

  @FieldResolver(() => ConnectionConnection, { description: 'Its connections.' })
  connections(
    @Root() participant: Participant,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Page<Connection>> {
    const { lane, row } = participant;
    return connectionsWhere(context, args, sql`c.lane = ${lane} and c.participant = ${row.number}::bigint`);
  }
}

@Resolver(() => Network)
export class NetworkResolver {
  @Authorized()
  @Query(() => NetworkConnection, { description: 'Networks of the lanes that the viewer takes part in.' })
  networks(@Args(() => PageArgs) args: PageArgs, @Ctx() context: RequestContext): Promise<Page<Network>> {
    const listing = {
      select: sql`n.*`,
      from: sql`network n`,
      where: [visible(viewerOf(context), 'network')],
      key: ['n.number', 'n.lane'],
    };
    return page(context.database, listing, args, (row) => new Network(row));
  }

  @Authorized()
  @Query(() => Network, { nullable: true, description: 'A network by its id.' })
  network(@Arg('id', () => ID) id: string, @Ctx() context: RequestContext): Promise<Network | null> {
    const ref = decodeRef('Network', id);
    return ref ? context.loaders.load('Network', ref) : Promise.resolve(null);
  }
}

@Resolver(() => Connection)
export class ConnectionResolver {
  @Authorized()
  @Query(() => ConnectionConnection, { description: 'Connections that the viewer may see.' })
  connections(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
    @Arg('network', () => ID, { nullable: true, description: 'Only those of this network.' })
    network?: string,
  ): Promise<Page<Connection>> {
    let where: Condition = sql`true`;
    if (network !== undefined) {
      const ref = decodeRef('Network', network);
      where = ref ? sql`c.lane = ${ref.lane} and c.network = ${ref.number}::bigint` : sql`false`;
    }
    return connectionsWhere(context, args, where);
  }

  @FieldResolver(() => Participant, {
    nullable: true,
    description: 'Whose it is; null where the viewer may not see it.',
  })
  participant(
    @Root() { lane, row }: Connection,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Participant | null> {
    return loaders.load('Participant', { lane, number: row.participant as string });
  }

  @FieldResolver(() => Network, { nullable: true, description: 'Network that it is on.' })
  network(@Root() { lane, row }: Connection, @Ctx() { loaders }: RequestContext): Promise<Network | null> {
    return loaders.load('Network', { lane, number: row.network as string });
  }
}

function connectionsWhere(
  context: RequestContext,
  args: PageArgs,
  where: Condition,
): Promise<Page<Connection>> {
  const listing = {
    select: sql`c.*`,
    from: sql`connection c`,
    where: [where, visible(viewerOf(context), 'connection')],
    key: ['c.number', 'c.lane'],
  };
  return page(context.database, listing, args, (row) => new Connection(row));
}
