/**
 * How an organisation that keeps its own key gives commands through a gateway: three calls, between which it signs.
 * The gateway cannot alter what was signed, and keeps nothing between them.
 */
import { Arg, Authorized, Ctx, Mutation, Resolver } from 'type-graphql';
import { StalePreparationError, type OfflineSigning, type Prepared } from '../../network/ledger.js';
import { GridbookError, type ErrorCode } from '../../schema/errors.js';
import { LIMITS } from '../../schema/limits.js';
import type { ReadBatch } from '../../schema/read-batch.js';
import type { Viewer } from '../auth/viewer.js';
import { viewerOf, type RequestContext } from '../context.js';
import { refusalOf } from '../mutations/outcome-payload.js';
import { userError, type UserError } from '../mutations/payload.js';
import { batchFor, offlineBatch } from './batch.js';
import { OfflineBatchEndorseInput, OfflineBatchPrepareInput, OfflineBatchSubmitInput } from './inputs.js';
import { resultsOf } from './results.js';
import {
  BytesToSign,
  OfflineBatchEndorsePayload,
  OfflineBatchPreparePayload,
  OfflineBatchSubmitPayload,
} from './types.js';

/** What the throttle counts: each command where it is read and where it is endorsed, one where a batch is committed. */
const ENDORSING = { name: 'offlineBatchEndorse' };
const PREPARING = { name: 'offlineBatchPrepare' };
const SUBMITTING = { name: 'offlineBatchSubmit' };

const ERRORS_OF =
  'CERTIFICATE_REFUSED, SIGNATURE_REFUSED and PREPARATION_REFUSED name the argument; PREPARATION_EXPIRED and ' +
  'STALE_PREPARATION ask for new signatures.';

@Resolver()
export class OfflineResolver {
  @Authorized()
  @Mutation(() => OfflineBatchPreparePayload, {
    nullable: true,
    description:
      'First of three calls by which an organisation that keeps its key gives a batch in its own lane: answers the ' +
      'proposal that it signs. Nothing is decided yet. For organisations that the gateway is told of; on Fabric only.',
  })
  offlineBatchPrepare(
    @Arg('input', () => OfflineBatchPrepareInput, { description: 'Certificate and commands.' })
    { certificate, commands }: OfflineBatchPrepareInput,
    @Ctx() context: RequestContext,
  ): Promise<OfflineBatchPreparePayload> {
    return answered('certificate', async () => {
      const { offline, viewer } = signerOf(context);
      // More than a batch may hold is refused for that, not for coming too fast.
      context.throttle.charge(viewer, PREPARING, Math.min(commands.length, LIMITS.batchCommands));
      const { organisation, role } = viewer;
      const args = offlineBatch(organisation, commands);
      const prepared = offline.prepare({ organisation, role }, certificate, args);
      return { userErrors: [], proposal: new BytesToSign(prepared) };
    });
  }

  @Authorized()
  @Mutation(() => OfflineBatchEndorsePayload, {
    nullable: true,
    description: `Second call: has the signed proposal endorsed, and answers the transaction, to be signed. ${ERRORS_OF}`,
  })
  offlineBatchEndorse(
    @Arg('input', () => OfflineBatchEndorseInput, { description: 'Proposal and signature.' })
    { proposal, signature }: OfflineBatchEndorseInput,
    @Ctx() context: RequestContext,
  ): Promise<OfflineBatchEndorsePayload> {
    return answered('proposal', async () => {
      const { offline, viewer } = signerOf(context);
      const prepared = offline.proposalIn(proposal);
      context.throttle.charge(viewer, ENDORSING, ownBatch(viewer, prepared).count);
      const transaction = await offline.endorse(prepared, signature);
      return { userErrors: [], transaction: new BytesToSign(transaction) };
    });
  }

  @Authorized()
  @Mutation(() => OfflineBatchSubmitPayload, {
    nullable: true,
    description:
      'Third call: commits the signed transaction, and answers what became of each command. Repeated, it answers the ' +
      `same again, and commits nothing twice. ${ERRORS_OF}`,
  })
  async offlineBatchSubmit(
    @Arg('input', () => OfflineBatchSubmitInput, { description: 'Transaction and signature.' })
    { transaction, signature }: OfflineBatchSubmitInput,
    @Ctx() context: RequestContext,
  ): Promise<OfflineBatchSubmitPayload> {
    const payload = await answered<Partial<OfflineBatchSubmitPayload> & Answer>('transaction', async () => {
      const { offline, viewer } = signerOf(context);
      context.throttle.charge(viewer, SUBMITTING);
      const prepared = offline.transactionIn(transaction);
      const batch = ownBatch(viewer, prepared);
      const committed = await offline.submit(prepared, signature);
      return { userErrors: [], ...(await resultsOf(batch, committed, context.lanes)) };
    });
    return { results: [], ...payload };
  }
}

/** Whoever may sign for its organisation here: default deny. */
function signerOf(context: RequestContext): { offline: OfflineSigning; viewer: Viewer } {
  const viewer = viewerOf(context);
  const { offline } = context.ledger;
  if (!offline) throw new GridbookError('OFFLINE_UNAVAILABLE');
  // The organisation's key signs for its participants, who have none of their own.
  if (viewer.participant || !offline.organisations.has(viewer.organisation))
    throw new GridbookError('FORBIDDEN');
  return { offline, viewer };
}

/** The batch of bytes that were made for whoever sends them; another's are refused with FORBIDDEN. */
function ownBatch({ organisation, role }: Viewer, { signer, args }: Prepared): ReadBatch {
  if (signer.organisation !== organisation || signer.role !== role) throw new GridbookError('FORBIDDEN');
  return batchFor(organisation, args);
}

interface Answer {
  readonly userErrors: UserError[];
  readonly proposal?: BytesToSign;
}

/** Refusals as data; those of the bytes, the signature and the certificate name the argument. */
async function answered<T extends Answer>(bytes: string, work: () => Promise<T>): Promise<T | Answer> {
  try {
    return await work();
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    const { code, field, sentence } = refusal;
    const userErrors = [userError(code, field || argumentOf(code, bytes), sentence)];
    return error instanceof StalePreparationError
      ? { userErrors, proposal: new BytesToSign(error.fresh) }
      : { userErrors };
  }
}

function argumentOf(code: ErrorCode, bytes: string): string {
  if (code === 'SIGNATURE_REFUSED') return 'signature';
  const isOfBytes = code === 'PREPARATION_REFUSED' || code === 'CERTIFICATE_REFUSED';
  return isOfBytes ? bytes : '';
}
