import { sql } from 'kysely';
import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { viewerOf, type RequestContext } from '../../context.js';
import { decodeRef } from '../../node-id.js';
import { visible } from '../../visibility/visible.js';
import { Transaction } from '../ledger/types.js';
import { transactionAt } from '../ledger/transaction-loader.js';
import { connectionOf, page, PageArgs, type Page } from '../paging.js';
import { UNIT_COLUMNS } from '../record-kinds.js';
import { Connection, Participant } from '../registration/types.js';
import { Account, Entry, Hold, Receivable, Unit } from './types.js';

const UnitConnection = connectionOf(Unit, 'Unit');
const AccountConnection = connectionOf(Account, 'Account');
const EntryConnection = connectionOf(Entry, 'Entry');
const HoldConnection = connectionOf(Hold, 'Hold');
const ReceivableConnection = connectionOf(Receivable, 'Receivable');

@Resolver(() => Unit)
export class UnitResolver {
  @Authorized()
  @Query(() => UnitConnection, { description: 'Units of the lanes that the viewer takes part in.' })
  units(@Args(() => PageArgs) args: PageArgs, @Ctx() context: RequestContext): Promise<Page<Unit>> {
    const listing = {
      select: UNIT_COLUMNS,
      from: sql`unit u`,
      where: [visible(viewerOf(context), 'unit')],
      key: ['u.number', 'u.lane'],
    };
    return page(context.database, listing, args, (row) => new Unit(row));
  }
}

@Resolver(() => Account)
export class AccountResolver {
  @Authorized()
  @Query(() => AccountConnection, { description: 'Accounts that the viewer may see.' })
  accounts(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
    @Arg('participant', () => ID, { nullable: true, description: 'Only those of this participant.' })
    id?: string,
  ): Promise<Page<Account>> {
    const ref = id === undefined ? undefined : decodeRef('Participant', id);
    const isOf = ref
      ? sql<boolean>`a.lane = ${ref.lane} and a.participant = ${ref.number}::bigint`
      : sql<boolean>`false`;
    const listing = {
      select: sql`a.*`,
      from: sql`account a`,
      where: [id === undefined ? sql<boolean>`true` : isOf, visible(viewerOf(context), 'account')],
      key: ['a.number', 'a.lane'],
    };
    return page(context.database, listing, args, (row) => new Account(row));
  }

  @FieldResolver(() => Unit, { nullable: true, description: 'What it holds.' })
  unit(@Root() { lane, row }: Account, @Ctx() { loaders }: RequestContext): Promise<Unit | null> {
    return loaders.load('Unit', { lane, number: row.unit as string });
  }

  @FieldResolver(() => Participant, {
    nullable: true,
    description: 'Whose it is; null where an organisation owns it.',
  })
  participant(
    @Root() { lane, row }: Account,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Participant | null> {
    const number = row.participant as string | null;
    return number === null ? Promise.resolve(null) : loaders.load('Participant', { lane, number });
  }

  @FieldResolver(() => EntryConnection, { description: 'Its postings, newest first.' })
  entries(
    @Root() { lane, row }: Account,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Page<Entry>> {
    // Whoever sees an account sees its postings.
    const listing = {
      select: sql`e.*`,
      from: sql`entry e`,
      where: [sql<boolean>`e.account = ${row.number}::bigint and e.lane = ${lane}`],
      key: ['e.sequence'],
      descending: true,
    };
    return page(context.database, listing, args, (entry) => new Entry(entry));
  }

  @FieldResolver(() => HoldConnection, { description: 'Holds on it, newest first.' })
  holds(
    @Root() { lane, row }: Account,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Page<Hold>> {
    const listing = {
      select: sql`h.*`,
      from: sql`hold h`,
      where: [
        sql<boolean>`h.account = ${row.number}::bigint and h.lane = ${lane}`,
        visible(viewerOf(context), 'hold'),
      ],
      key: ['h.number'],
      descending: true,
    };
    return page(context.database, listing, args, (hold) => new Hold(hold));
  }
}

@Resolver(() => Entry)
export class EntryResolver {
  @FieldResolver(() => Transaction, { nullable: true, description: 'Transaction that it stands in.' })
  transaction(@Root() { row }: Entry, @Ctx() context: RequestContext): Promise<Transaction | null> {
    return transactionAt(context, row.block as string, row.position as number);
  }
}

@Resolver(() => Receivable)
export class ReceivableResolver {
  @Authorized()
  @Query(() => ReceivableConnection, { description: 'Receivables that the viewer may see, newest first.' })
  receivables(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Page<Receivable>> {
    const listing = {
      select: sql`v.*`,
      from: sql`receivable v`,
      where: [visible(viewerOf(context), 'receivable')],
      key: ['v.id'],
      descending: true,
    };
    return page(context.database, listing, args, (row) => new Receivable(row));
  }

  @FieldResolver(() => Connection, { nullable: true, description: 'Connection whose bill it was.' })
  connection(@Root() { row }: Receivable, @Ctx() { loaders }: RequestContext): Promise<Connection | null> {
    return loaders.load('Connection', { lane: row.lane as string, number: row.connection as string });
  }

  @FieldResolver(() => Account, { nullable: true, description: 'Account that carries it.' })
  account(@Root() { row }: Receivable, @Ctx() { loaders }: RequestContext): Promise<Account | null> {
    return loaders.load('Account', { lane: row.lane as string, number: row.account as string });
  }
}
