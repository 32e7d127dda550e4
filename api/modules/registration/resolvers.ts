import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { decodeRef } from '../../node-id.js';
import { listPage } from '../lists.js';
import { PageArgs, type Page } from '../paging.js';
import { namedBy } from '../references.js';
import { CONNECTIONS, CONNECTIONS_OF_PARTICIPANT, NETWORKS, PARTICIPANTS } from './lists.js';
import {
  Connection,
  ConnectionConnection,
  Network,
  NetworkConnection,
  Participant,
  ParticipantConnection,
} from './types.js';

@Resolver(() => Participant)
export class ParticipantResolver {
  @Authorized()
  @Query(() => ParticipantConnection, { description: 'Participants that the viewer may see.' })
  participants(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Page<Participant>> {
    return listPage(context, PARTICIPANTS, args);
  }

  @FieldResolver(() => ConnectionConnection, { description: 'Its connections.' })
  connections(
    @Root() { lane, row }: Participant,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Page<Connection>> {
    return loaders.page(CONNECTIONS_OF_PARTICIPANT, { lane, participant: row.number }, args);
  }
}

@Resolver(() => Network)
export class NetworkResolver {
  @Authorized()
  @Query(() => NetworkConnection, { description: 'Networks of the lanes that the viewer takes part in.' })
  networks(@Args(() => PageArgs) args: PageArgs, @Ctx() context: RequestContext): Promise<Page<Network>> {
    return listPage(context, NETWORKS, args);
  }

  @Authorized()
  @Query(() => Network, { nullable: true, description: 'A network by its id.' })
  network(
    @Arg('id', () => ID, { description: 'Node id of the network.' }) id: string,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Network | null> {
    const ref = decodeRef('Network', id);
    return ref ? loaders.load('Network', ref) : Promise.resolve(null);
  }
}

@Resolver(() => Connection)
export class ConnectionResolver {
  @Authorized()
  @Query(() => ConnectionConnection, { description: 'Connections that the viewer may see.' })
  connections(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
    @Arg('network', () => ID, { nullable: true, description: 'Only those on this network, by its node id.' })
    network?: string | null,
  ): Promise<Page<Connection>> {
    return listPage(context, CONNECTIONS, args, namedBy('Network', network, 'c', 'network'));
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
