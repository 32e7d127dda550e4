import { sql } from 'kysely';
import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { viewerOf, type RequestContext } from '../../context.js';
import { decodeRef } from '../../node-id.js';
import { visible } from '../../visibility/visible.js';
import { Unit } from '../money/types.js';
import { connectionOf, page, PageArgs, type Page, type Row } from '../paging.js';
import { Connection, Network } from '../registration/types.js';
import { Agreement, Market, Tariff, TariffVersion } from './types.js';

const MarketConnection = connectionOf(Market, 'Market');
const TariffConnection = connectionOf(Tariff, 'Tariff');
const TariffVersionConnection = connectionOf(TariffVersion, 'TariffVersion');
const AgreementConnection = connectionOf(Agreement, 'Agreement');

@Resolver(() => Market)
export class MarketResolver {
  @Authorized()
  @Query(() => MarketConnection, { description: 'Markets of the lanes that the viewer takes part in.' })
  markets(@Args(() => PageArgs) args: PageArgs, @Ctx() context: RequestContext): Promise<Page<Market>> {
    const listing = {
      select: sql`m.*`,
      from: sql`market m`,
      where: [visible(viewerOf(context), 'market')],
      key: ['m.number', 'm.lane'],
    };
    return page(context.database, listing, args, (row) => new Market(row));
  }

  @Authorized()
  @Query(() => Market, { nullable: true, description: 'A market by its id.' })
  market(@Arg('id', () => ID) id: string, @Ctx() context: RequestContext): Promise<Market | null> {
    const ref = decodeRef('Market', id);
    return ref ? context.loaders.load('Market', ref) : Promise.resolve(null);
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
    const listing = {
      select: sql`t.*`,
      from: sql`tariff t`,
      where: [visible(viewerOf(context), 'tariff')],
      key: ['t.number', 't.lane'],
    };
    return page(context.database, listing, args, (row) => new Tariff(row));
  }

  @FieldResolver(() => TariffVersionConnection, { description: 'Its versions, newest first.' })
  versions(
    @Root() { lane, row }: Tariff,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Page<TariffVersion>> {
    const listing = {
      select: sql`v.*`,
      from: sql`tariff_version v`,
      where: [sql<boolean>`v.lane = ${lane} and v.tariff = ${row.number}::bigint`],
      key: ['v.version'],
      descending: true,
    };
    return page(context.database, listing, args, (version: Row) => new TariffVersion(version));
  }
}

@Resolver(() => Agreement)
export class AgreementResolver {
  @Authorized()
  @Query(() => AgreementConnection, {
    description: 'Agreements of which the viewer may see a side, newest first.',
  })
  agreements(@Args(() => PageArgs) args: PageArgs, @Ctx() context: RequestContext): Promise<Page<Agreement>> {
    const listing = {
      select: sql`g.*`,
      from: sql`agreement g`,
      where: [visible(viewerOf(context), 'agreement')],
      key: ['g.number', 'g.lane'],
      descending: true,
    };
    return page(context.database, listing, args, (row) => new Agreement(row));
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
}
