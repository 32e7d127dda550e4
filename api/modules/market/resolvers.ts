import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { decodeRef } from '../../node-id.js';
import { listPage } from '../lists.js';
import { Account, Unit } from '../money/types.js';
import { PageArgs, type Page } from '../paging.js';
import { namedBy } from '../references.js';
import { Connection, Network, Participant } from '../registration/types.js';
import {
  AGREEMENTS,
  MARKETS,
  MEMBERSHIPS,
  MEMBERSHIPS_OF_CONNECTION,
  PREFERENCES_OF_CONNECTION,
  TARIFFS,
  VERSIONS_OF_TARIFF,
} from './lists.js';
import {
  Agreement,
  AgreementConnection,
  CommunityPreference,
  CommunityPreferenceConnection,
  Market,
  MarketConnection,
  Membership,
  MembershipConnection,
  Tariff,
  TariffConnection,
  TariffVersion,
  TariffVersionConnection,
} from './types.js';

@Resolver(() => Market)
export class MarketResolver {
  @Authorized()
  @Query(() => MarketConnection, { description: 'Markets of the lanes that the viewer takes part in.' })
  markets(@Args(() => PageArgs) args: PageArgs, @Ctx() context: RequestContext): Promise<Page<Market>> {
    return listPage(context, MARKETS, args);
  }

  @Authorized()
  @Query(() => Market, { nullable: true, description: 'A market by its id.' })
  market(
    @Arg('id', () => ID, { description: 'Node id of the market.' }) id: string,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Market | null> {
    const ref = decodeRef('Market', id);
    return ref ? loaders.load('Market', ref) : Promise.resolve(null);
  }

  @FieldResolver(() => Network, { nullable: true, description: 'Network that it trades on.' })
  network(@Root() { lane, row }: Market, @Ctx() { loaders }: RequestContext): Promise<Network | null> {
    return loaders.load('Network', { lane, number: row.network as string });
  }

  @FieldResolver(() => Unit, { nullable: true, description: 'Unit of its dues.' })
  unit(@Root() { lane, row }: Market, @Ctx() { loaders }: RequestContext): Promise<Unit | null> {
    return loaders.load('Unit', { lane, number: row.unit as string });
  }
}

@Resolver(() => Tariff)
export class TariffResolver {
  @Authorized()
  @Query(() => TariffConnection, { description: 'Tariffs of the lanes that the viewer takes part in.' })
  tariffs(@Args(() => PageArgs) args: PageArgs, @Ctx() context: RequestContext): Promise<Page<Tariff>> {
    return listPage(context, TARIFFS, args);
  }

  @FieldResolver(() => TariffVersionConnection, { description: 'Its versions, newest first.' })
  versions(
    @Root() { lane, row }: Tariff,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Page<TariffVersion>> {
    return loaders.page(VERSIONS_OF_TARIFF, { lane, tariff: row.number }, args);
  }
}

@Resolver(() => Membership)
export class MembershipResolver {
  @Authorized()
  @Query(() => MembershipConnection, {
    description: 'Memberships of markets that the viewer may see, by connection; each version of one.',
  })
  memberships(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
    @Arg('market', () => ID, { nullable: true, description: 'Only those of this market, by its node id.' })
    market?: string | null,
  ): Promise<Page<Membership>> {
    return listPage(context, MEMBERSHIPS, args, namedBy('Market', market, 'y', 'market'));
  }

  @FieldResolver(() => Market, { nullable: true, description: 'Market that it belongs to.' })
  market(@Root() { row }: Membership, @Ctx() { loaders }: RequestContext): Promise<Market | null> {
    return loaders.load('Market', { lane: row.lane as string, number: row.market as string });
  }

  @FieldResolver(() => Connection, { nullable: true, description: 'Connection that is a member.' })
  connection(@Root() { row }: Membership, @Ctx() { loaders }: RequestContext): Promise<Connection | null> {
    return loaders.load('Connection', { lane: row.lane as string, number: row.connection as string });
  }

  @FieldResolver(() => Tariff, { nullable: true, description: 'Tariff that it is charged by.' })
  tariff(@Root() { row }: Membership, @Ctx() { loaders }: RequestContext): Promise<Tariff | null> {
    return loaders.load('Tariff', { lane: row.lane as string, number: row.tariff as string });
  }

  @FieldResolver(() => Account, { nullable: true, description: 'Account that bills are posted to.' })
  duesAccount(@Root() { row }: Membership, @Ctx() { loaders }: RequestContext): Promise<Account | null> {
    return loaders.load('Account', { lane: row.lane as string, number: row.dues_account as string });
  }

  @FieldResolver(() => Account, {
    nullable: true,
    description: 'Account that takes what the dues account cannot.',
  })
  receivableAccount(
    @Root() { row }: Membership,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Account | null> {
    return loaders.load('Account', { lane: row.lane as string, number: row.receivable_account as string });
  }
}

@Resolver(() => CommunityPreference)
export class CommunityPreferenceResolver {
  @FieldResolver(() => Market, { nullable: true, description: 'Market that it is for.' })
  market(@Root() { row }: CommunityPreference, @Ctx() { loaders }: RequestContext): Promise<Market | null> {
    return loaders.load('Market', { lane: row.lane as string, number: row.market as string });
  }
}

@Resolver(() => Connection)
export class MemberResolver {
  @FieldResolver(() => MembershipConnection, {
    description: 'Its memberships, newest first, as far as the viewer may see them.',
  })
  memberships(
    @Root() { lane, row }: Connection,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Page<Membership>> {
    return loaders.page(MEMBERSHIPS_OF_CONNECTION, { lane, connection: row.number }, args);
  }

  @FieldResolver(() => CommunityPreferenceConnection, {
    description: 'What it wants of the community, newest first, as far as the viewer may see it.',
  })
  communityPreferences(
    @Root() { lane, row }: Connection,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Page<CommunityPreference>> {
    return loaders.page(PREFERENCES_OF_CONNECTION, { lane, connection: row.number }, args);
  }
}

@Resolver(() => Agreement)
export class AgreementResolver {
  @Authorized()
  @Query(() => AgreementConnection, {
    description: 'Agreements of which the viewer may see a side, newest first.',
  })
  agreements(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
    @Arg('market', () => ID, { nullable: true, description: 'Only those of this market, by its node id.' })
    market?: string | null,
  ): Promise<Page<Agreement>> {
    return listPage(context, AGREEMENTS, args, namedBy('Market', market, 'g', 'market'));
  }

  @FieldResolver(() => Market, { nullable: true, description: 'Market in which it trades.' })
  market(@Root() { lane, row }: Agreement, @Ctx() { loaders }: RequestContext): Promise<Market | null> {
    return loaders.load('Market', { lane, number: row.market as string });
  }

  @FieldResolver(() => Connection, {
    nullable: true,
    description: 'Connection that sells; null where it is not the viewer’s to see.',
  })
  seller(@Root() { lane, row }: Agreement, @Ctx() { loaders }: RequestContext): Promise<Connection | null> {
    return loaders.load('Connection', { lane, number: row.seller as string });
  }

  @FieldResolver(() => Connection, {
    nullable: true,
    description: 'Connection that buys; null where it is not the viewer’s to see.',
  })
  buyer(@Root() { lane, row }: Agreement, @Ctx() { loaders }: RequestContext): Promise<Connection | null> {
    return loaders.load('Connection', { lane, number: row.buyer as string });
  }

  @FieldResolver(() => Participant, {
    nullable: true,
    description: 'Participant that proposed it; null where it is not the viewer’s to see: the other side.',
  })
  proposedBy(
    @Root() { lane, row }: Agreement,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Participant | null> {
    return loaders.load('Participant', { lane, number: row.proposed_by as string });
  }
}
