/** Transactions of organisations that keep their key: proposed here, signed there, committed as they were signed. */
import type { Gateway } from '@hyperledger/fabric-gateway';
import { common, gateway as messages } from '@hyperledger/fabric-protos';
import { GridbookError } from '../../schema/errors.js';
import { LIMITS } from '../../schema/limits.js';
import {
  StalePreparationError,
  type CommittedTransaction,
  type IdentityRef,
  type OfflineSigning,
  type Prepared,
} from '../ledger.js';
import type { Admission } from './admission.js';
import type { FabricTransaction } from './block.js';
import { OfflineProposal, OfflineTransaction } from './offline-bytes.js';
import { OfflineSigner } from './offline-signer.js';
import { refusalOfInvalid } from './retry.js';
import type { Submission } from './submission.js';

/** How often peers whose answers differ are asked again: the proposal stays signed. */
const ENDORSE_TRIES = 3;

export interface OfflineOptions {
  readonly organisations: ReadonlySet<string>;
  readonly submission: Submission;
  readonly admission: Admission;
  /** Whose connections and peers everything goes through; what it carries bears another's signature. */
  readonly through: IdentityRef;
  readonly gateway: () => Promise<Gateway>;
  /** Certificate of an organisation's authority, PEM; undefined where it takes no part in the channel. */
  readonly authority: (organisation: string) => string | undefined;
  /** A transaction of the channel, valid or not; undefined where no block has it. */
  readonly find: (transactionId: string) => Promise<FabricTransaction | undefined>;
}

export class FabricOffline implements OfflineSigning {
  /** What is being committed, by transaction id: a repetition waits for the first. */
  private readonly underWay = new Map<string, Promise<CommittedTransaction>>();

  constructor(private readonly options: OfflineOptions) {}

  get organisations(): ReadonlySet<string> {
    return this.options.organisations;
  }

  prepare(as: IdentityRef, certificatePem: string, args: Uint8Array): Prepared {
    const authority = this.options.authority(as.organisation);
    const now = new Date();
    const signer = OfflineSigner.accept(as, certificatePem, authority, now);
    return OfflineProposal.make(signer, args, now.getTime());
  }

  proposalIn(bytes: Uint8Array): Prepared {
    return OfflineProposal.read(bytes);
  }

  transactionIn(bytes: Uint8Array): Prepared {
    return OfflineTransaction.read(bytes);
  }

  async endorse({ bytes }: Prepared, signature: Uint8Array): Promise<Prepared> {
    const proposal = OfflineProposal.read(bytes);
    const accepted = proposal.signer.accepted(bytes, signature);
    requireInTime(proposal);
    return this.options.admission.run(bytes.length, async () => {
      for (let tries = 1; ; tries++) {
        try {
          return await this.endorsed(proposal, accepted);
        } catch (error) {
          const code = error instanceof GridbookError ? error.code : undefined;
          if (code === 'MVCC_CONFLICT' && tries < ENDORSE_TRIES) continue;
          throw await this.refusal(error, proposal);
        }
      }
    });
  }

  async submit({ bytes }: Prepared, signature: Uint8Array): Promise<CommittedTransaction> {
    const signed = OfflineTransaction.read(bytes);
    const { transactionId } = signed;
    const accepted = signed.signer.accepted(bytes, signature);
    const before = this.underWay.get(transactionId);
    if (before) return before;
    const work = this.options.admission
      .run(bytes.length, () => this.commit(signed, accepted))
      .finally(() => this.underWay.delete(transactionId));
    this.underWay.set(transactionId, work);
    return work;
  }

  private async endorsed(proposal: OfflineProposal, signature: Uint8Array): Promise<Prepared> {
    const { submission, through } = this.options;
    const proposed = new messages.ProposedTransaction();
    proposed.setTransactionId(proposal.transactionId);
    proposed.setProposal(proposal.signedBy(signature));
    const { transaction } = await submission.endorse(through, (gateway, organisations) => {
      proposed.setEndorsingOrganizationsList([...organisations]);
      return gateway.newProposal(proposed.serializeBinary());
    });
    const envelope = messages.PreparedTransaction.deserializeBinary(transaction.getBytes()).getEnvelope();
    return OfflineTransaction.read(envelope?.getPayload_asU8() ?? new Uint8Array(0));
  }

  private async commit(signed: OfflineTransaction, signature: Uint8Array): Promise<CommittedTransaction> {
    const { submission, through, find } = this.options;
    const { bytes, transactionId, proposal, endorsedBy: organisations } = signed;
    const envelope = new common.Envelope();
    envelope.setPayload(bytes);
    envelope.setSignature(signature);
    const prepared = new messages.PreparedTransaction();
    prepared.setTransactionId(transactionId);
    prepared.setEnvelope(envelope);
    const transaction = (await this.options.gateway()).newTransaction(prepared.serializeBinary());
    try {
      const committed = await submission.commit(through, { transaction, organisations }, async () => {
        const known = await find(transactionId);
        if (!known) requireInTime(signed);
        return known;
      });
      if (!committed.valid) throw refusalOfInvalid(committed.code);
      return committed;
    } catch (error) {
      throw await this.refusal(error, proposal);
    }
  }

  /** What whoever signed is told: above all, what to sign instead. */
  private async refusal(error: unknown, proposal: OfflineProposal): Promise<unknown> {
    const code = error instanceof GridbookError ? error.code : undefined;
    const fresh = (): unknown => new StalePreparationError(proposal.again(Date.now()));
    if (code === 'MVCC_CONFLICT') return fresh();
    if (code === 'PREPARATION_USED') {
      const found = await this.options.find(proposal.transactionId);
      return found && !found.valid ? fresh() : error;
    }
    // Of the channel's peers and orderers: the signature was its key's, so that the certificate is refused.
    if (code === 'FORBIDDEN') return new GridbookError('CERTIFICATE_REFUSED', undefined, { cause: error });
    return error;
  }
}

/** Past its time, or so far ahead of it that it would be kept longer than it may. */
function requireInTime({ time }: Prepared): void {
  const age = Date.now() - time;
  if (age > LIMITS.preparationMs) throw new GridbookError('PREPARATION_EXPIRED');
  if (age < -LIMITS.preparationMs) throw new GridbookError('TIME_SKEW');
}
