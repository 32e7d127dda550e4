import { sql } from 'kysely';
import { Arg, Args, Authorized, Ctx, Field, ID, ObjectType, Query, Resolver } from 'type-graphql';
import { viewerOf, type RequestContext } from '../../context.js';
import { decodeNodeId, decodeRef, encodeNodeId } from '../../node-id.js';
import { visible } from '../../visibility/visible.js';
import { RoleEnum } from '../enums.js';
import { tradeById } from '../metering/trade.js';
import { runById } from '../metering/run.js';
import { Node } from '../node.js';
import { badInput, connectionOf, page, PageArgs, type Page, type Row } from '../paging.js';
import { RECORD_KINDS, type RecordKind } from '../record-kinds.js';
import { Block, LedgerInfo, Transaction } from './types.js';

const BlockConnection = connectionOf(Block, 'Block');
const TransactionConnection = connectionOf(Transaction, 'Transaction');
const NODES = 50;

@ObjectType('Viewer', { description: 'Who asks, as the token says.' })
class ViewerType {
  @Field({ description: 'Organisation that the bearer belongs to, or that hosts it.' })
  declare organisation: string;
  @Field(() => RoleEnum, { description: 'Role in which it asks.' })
  declare role: string;
  @Field(() => ID, { nullable: true, description: 'Its participant, where the role is PARTICIPANT.' })
  declare participantId: string | null;
}

@Resolver()
export class LedgerResolver {
  @Authorized()
  @Query(() => ViewerType, { description: 'Who asks.' })
  viewer(@Ctx() context: RequestContext): ViewerType {
    const { organisation, role, participant } = viewerOf(context);
    const participantId = participant
      ? encodeNodeId('Participant', participant.lane, participant.number)
      : null;
    return { organisation, role, participantId };
  }

  @Authorized()
  @Query(() => Node, {
    nullable: true,
    description: 'Anything by its id; null where it is absent or not the viewer’s to see.',
  })
  async node(@Arg('id', () => ID) id: string, @Ctx() context: RequestContext): Promise<Node | null> {
    return nodeById(id, context);
  }

  @Authorized()
  @Query(() => [Node], {
    nullable: 'items',
    description: `Up to ${NODES} nodes by their ids, in their order.`,
  })
  nodes(@Arg('ids', () => [ID]) ids: string[], @Ctx() context: RequestContext): Promise<(Node | null)[]> {
    if (ids.length > NODES) badInput(`at most ${NODES} ids`);
    return Promise.all(ids.map((id) => nodeById(id, context)));
  }

  @Authorized()
  @Query(() => LedgerInfo, { description: 'Where the ledger and its read model stand.' })
  ledgerInfo(@Ctx() { ledger, projector }: RequestContext): LedgerInfo {
    return {
      engine: ledger.engine,
      height: String(ledger.height()),
      readableHeight: String(projector.height()),
      readModelStopped: projector.failure !== undefined,
    };
  }

  @Authorized()
  @Query(() => Block, { nullable: true, description: 'A block’s header by its number.' })
  async block(
    @Arg('number', () => String) number: string,
    @Ctx() { database }: RequestContext,
  ): Promise<Block | null> {
    if (!/^\d{1,15}$/.test(number)) badInput('number is not a block number');
    const { rows } = await sql<Row>`select * from block where number = ${number}::bigint`.execute(
      database.db,
    );
    return rows.length === 0 ? null : new Block(rows[0]);
  }

  @Authorized()
  @Query(() => BlockConnection, { description: 'Headers of blocks, newest first.' })
  blocks(@Args(() => PageArgs) args: PageArgs, @Ctx() { database }: RequestContext): Promise<Page<Block>> {
    const listing = {
      select: sql`b.*`,
      from: sql`block b`,
      where: [sql<boolean>`true`],
      key: ['b.number'],
      descending: true,
    };
    return page(database, listing, args, (row) => new Block(row));
  }

  @Authorized()
  @Query(() => Transaction, { nullable: true, description: 'A transaction by its id on the ledger.' })
  transaction(
    @Arg('transactionId', () => String) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Transaction | null> {
    return transactionById(id, context);
  }

  @Authorized()
  @Query(() => TransactionConnection, { description: 'Transactions that the viewer may see, newest first.' })
  transactions(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Page<Transaction>> {
    const listing = {
      select: sql`x.*`,
      from: sql`transaction x`,
      where: [visible(viewerOf(context), 'transaction')],
      key: ['x.block', 'x.position'],
      descending: true,
    };
    return page(context.database, listing, args, (row) => new Transaction(row));
  }
}

async function transactionById(id: string, context: RequestContext): Promise<Transaction | null> {
  const { rows } = await sql<Row>`select x.* from transaction x
    where x.id = ${id} and ${visible(viewerOf(context), 'transaction')}`.execute(context.database.db);
  return rows.length === 0 ? null : new Transaction(rows[0]);
}

async function nodeById(id: string, context: RequestContext): Promise<Node | null> {
  const found = decodeNodeId(id);
  if (!found) return null;
  if (found.kind in RECORD_KINDS) {
    const kind = found.kind as RecordKind;
    const ref = decodeRef(kind, id);
    return ref ? context.loaders.load(kind, ref) : null;
  }
  if (found.kind === 'Trade') return tradeById(found.parts[0], context);
  if (found.kind === 'Run') return runById(found.lane, found.parts, context);
  if (found.kind === 'Transaction') return transactionById(found.parts[0], context);
  return null;
}
