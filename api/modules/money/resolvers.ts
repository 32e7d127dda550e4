import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { RECEIPT } from '../ledger/lists.js';
import { Transaction } from '../ledger/types.js';
import { listPage } from '../lists.js';
import { RUNS_OF_ENTRY } from '../metering/runs-of-entry.js';
import { SettlementRun } from '../metering/types.js';
import { PageArgs, type Page } from '../paging.js';
import { namedBy } from '../references.js';
import { Connection, Participant } from '../registration/types.js';
import {
  ACCOUNTS,
  ACCOUNTS_OF_PARTICIPANT,
  ENTRIES_OF_ACCOUNT,
  HOLDS_OF_ACCOUNT,
  RECEIVABLES,
  UNITS,
} from './lists.js';
import {
  Account,
  AccountConnection,
  Entry,
  EntryConnection,
  Hold,
  HoldConnection,
  Receivable,
  ReceivableConnection,
  Unit,
  UnitConnection,
} from './types.js';

@Resolver(() => Unit)
export class UnitResolver {
  @Authorized()
  @Query(() => UnitConnection, { description: 'Units of the lanes that the viewer takes part in.' })
  units(@Args(() => PageArgs) args: PageArgs, @Ctx() context: RequestContext): Promise<Page<Unit>> {
    return listPage(context, UNITS, args);
  }
}

@Resolver(() => Account)
export class AccountResolver {
  @Authorized()
  @Query(() => AccountConnection, { description: 'Accounts that the viewer may see.' })
  accounts(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
    @Arg('participant', () => ID, {
      nullable: true,
      description: 'Only those of this participant, by its node id.',
    })
    participant?: string | null,
  ): Promise<Page<Account>> {
    return listPage(context, ACCOUNTS, args, namedBy('Participant', participant, 'a', 'participant'));
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
    @Ctx() { loaders }: RequestContext,
  ): Promise<Page<Entry>> {
    return loaders.page(ENTRIES_OF_ACCOUNT, { lane, account: row.number }, args);
  }

  @FieldResolver(() => HoldConnection, { description: 'Holds on it, newest first.' })
  holds(
    @Root() { lane, row }: Account,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Page<Hold>> {
    return loaders.page(HOLDS_OF_ACCOUNT, { lane, account: row.number }, args);
  }
}

@Resolver(() => Participant)
export class AccountOwnerResolver {
  @FieldResolver(() => AccountConnection, {
    description: 'Its accounts, as far as the viewer may see them.',
  })
  accounts(
    @Root() { lane, row }: Participant,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Page<Account>> {
    return loaders.page(ACCOUNTS_OF_PARTICIPANT, { lane, participant: row.number }, args);
  }
}

@Resolver(() => Entry)
export class EntryResolver {
  @FieldResolver(() => Transaction, { nullable: true, description: 'Transaction that it stands in.' })
  transaction(@Root() { row }: Entry, @Ctx() { loaders }: RequestContext): Promise<Transaction | null> {
    return loaders.find(RECEIPT, row);
  }

  @FieldResolver(() => [SettlementRun], {
    description:
      'Runs of its interval in the same transaction: the settlement that posted it, and those of other markets ' +
      'that were settled with it. Empty where no settlement made it.',
  })
  async settlementRuns(
    @Root() { row }: Entry,
    @Ctx() { loaders }: RequestContext,
  ): Promise<readonly SettlementRun[]> {
    return row.interval_start === null ? [] : ((await loaders.find(RUNS_OF_ENTRY, row)) ?? []);
  }
}

@Resolver(() => Hold)
export class HoldResolver {
  @FieldResolver(() => Account, {
    nullable: true,
    description: 'Account of which it reserves; null where it is not the viewer’s to see.',
  })
  account(@Root() { lane, row }: Hold, @Ctx() { loaders }: RequestContext): Promise<Account | null> {
    return loaders.load('Account', { lane, number: row.account as string });
  }

  @FieldResolver(() => Account, {
    nullable: true,
    description: 'Account that it can be captured for; null where it is not the viewer’s to see.',
  })
  payee(@Root() { lane, row }: Hold, @Ctx() { loaders }: RequestContext): Promise<Account | null> {
    return loaders.load('Account', { lane, number: row.payee as string });
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
    return listPage(context, RECEIVABLES, args);
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
