import { Arg, Args, Authorized, Ctx, ID, Query, Resolver } from 'type-graphql';
import { viewerOf, type RequestContext } from '../../context.js';
import { encodeNodeId, isSha256 } from '../../node-id.js';
import { listPage } from '../lists.js';
import { Node } from '../node.js';
import { nodeById } from '../nodes.js';
import { badInput, PageArgs, type Page } from '../paging.js';
import { BLOCK, BLOCKS, TRANSACTION, TRANSACTIONS } from './lists.js';
import {
  Block,
  BlockConnection,
  LedgerInfo,
  Transaction,
  TransactionConnection,
  ViewerType,
} from './types.js';

const NODES = 50;
const BLOCK_NUMBER = /^(0|[1-9]\d{0,14})$/;

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
  node(
    @Arg('id', () => ID, { description: 'Node id.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Node | null> {
    return nodeById(id, context);
  }

  @Authorized()
  @Query(() => [Node], {
    nullable: 'items',
    description: `Up to ${NODES} nodes by their ids, in their order.`,
  })
  nodes(
    @Arg('ids', () => [ID], { description: `Node ids, at most ${NODES}.` }) ids: string[],
    @Ctx() context: RequestContext,
  ): Promise<(Node | null)[]> {
    if (ids.length > NODES) badInput(`at most ${NODES} ids`);
    return Promise.all(ids.map((id) => nodeById(id, context)));
  }

  @Authorized()
  @Query(() => LedgerInfo, { description: 'Where the ledger and its read model stand.' })
  async ledgerInfo(@Ctx() { ledger, projector, database }: RequestContext): Promise<LedgerInfo> {
    // Height and digest of one moment: the projector writes both in the transaction of their block.
    const applied = await database.db
      .selectFrom('checkpoint')
      .select(['height', 'digest'])
      .executeTakeFirstOrThrow();
    return {
      engine: ledger.engine,
      height: String(ledger.height()),
      readableHeight: applied.height,
      contentDigest: applied.digest,
      readModelStopped: projector.failure !== undefined,
    };
  }

  @Authorized()
  @Query(() => Block, {
    nullable: true,
    description: 'A block’s header by its number. Not for participants.',
  })
  block(
    @Arg('number', () => String, { description: 'Number of the block, from 0.' }) number: string,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Block | null> {
    if (!BLOCK_NUMBER.test(number)) badInput('number is not a block number');
    return loaders.find(BLOCK, { number });
  }

  @Authorized()
  @Query(() => BlockConnection, { description: 'Headers of blocks, newest first. Not for participants.' })
  blocks(@Args(() => PageArgs) args: PageArgs, @Ctx() context: RequestContext): Promise<Page<Block>> {
    return listPage(context, BLOCKS, args);
  }

  @Authorized()
  @Query(() => Transaction, {
    nullable: true,
    description: 'The receipt of a transaction of a lane that the viewer takes part in.',
  })
  transaction(
    @Arg('transactionId', () => String, { description: 'Id on the ledger, 64 hexadecimal digits.' })
    id: string,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Transaction | null> {
    return isSha256(id) ? loaders.find(TRANSACTION, { id }) : Promise.resolve(null);
  }

  @Authorized()
  @Query(() => TransactionConnection, {
    description:
      'Transactions of the lanes that the viewer’s organisation takes part in, newest first. Not for participants.',
  })
  transactions(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Page<Transaction>> {
    return listPage(context, TRANSACTIONS, args);
  }
}
