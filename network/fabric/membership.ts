/**
 * Changes of who takes part in the channel: an update is made by one organisation, signed by as many as the channel
 * asks for, each in its own place, and given to the orderers by whoever adds the last signature.
 */
import { common, msp } from '@hyperledger/fabric-protos';
import {
  addedBy,
  adding,
  channelConfig,
  organisationsOf,
  removing,
  signed,
  updateEnvelope,
} from './channel-config.js';
import { ClientIdentity } from './client-identity.js';
import { NetworkError } from './errors.js';
import { readGiven } from './invitation.js';
import { isOrganisationName } from './organisation-group.js';
import type { Layout } from './layout.js';
import { majority } from './lifecycle.js';
import { authorityOf } from './nodes.js';
import { Orderers } from './orderers.js';
import { PeerClient } from './peer-client.js';
import type { NetworkPlan } from './plan.js';
import { usable } from './plan-change.js';
import { giveUpdate } from './update-delivery.js';
import { untilDone } from './waiting.js';

const UPDATE = 'gridbook-channel-update-1';

const NOT_SIGNED =
  'the update is not signed: it is no plain addition or removal of an organisation, or it was made for another state of the channel';

/** An update on its way, as it goes from one organisation to the next. */
export interface PendingUpdate {
  readonly format: typeof UPDATE;
  /** Organisation that it is about. */
  readonly subject: string;
  /** The update, base64. */
  readonly update: string;
  /** Signatures so far, base64. */
  readonly signatures: readonly string[];
}

export interface UpdateResult {
  readonly pending: PendingUpdate;
  /** Organisations that signed. */
  readonly signedBy: readonly string[];
  /** How many must. */
  readonly needed: number;
  /** Whether the channel took it. */
  readonly isDone: boolean;
}

/** An administrator's view of the channel from one folder. */
export class Administration {
  private readonly admins: readonly ClientIdentity[];
  private readonly peers: readonly PeerClient[];
  private turn = 0;
  private readonly orderers: Orderers;

  constructor(layout: Layout, plan: NetworkPlan) {
    this.admins = plan.organisations.map(({ name }) =>
      ClientIdentity.read(name, layout.identity(name, 'admin')).requireValid(),
    );
    const [{ name, peers }] = usable(plan).organisations;
    const own = Buffer.from(authorityOf(layout, name));
    this.peers = peers.map(({ port }) => new PeerClient(`${plan.host}:${port}`, own));
    this.orderers = new Orderers(layout, usable(plan));
  }

  config(): Promise<common.Config> {
    return untilDone('the channel does not answer', () => this.configNow());
  }

  /** As one of the first organisation's peers has it, each in turn. */
  private configNow(): Promise<common.Config> {
    return channelConfig(this.peers[this.turn++ % this.peers.length], this.admins[0]);
  }

  /** Begins an update; where this folder's signatures suffice, the channel has it at the end. */
  propose(update: common.ConfigUpdate, subject: string, needed?: number): Promise<UpdateResult> {
    const bytes = Buffer.from(update.serializeBinary());
    return this.add({ format: UPDATE, subject, update: bytes.toString('base64'), signatures: [] }, needed);
  }

  /** Signs an update that another organisation made, provided that it is what it says. */
  async sign(pending: PendingUpdate): Promise<UpdateResult> {
    if (!describeUpdate(await this.config(), pending)) throw new NetworkError(NOT_SIGNED);
    return this.add(pending);
  }

  /** Names of the organisations that take part. */
  async members(): Promise<readonly string[]> {
    return organisationsOf(await this.config()).map(({ name }) => name);
  }

  /** Adds the signatures of this folder's administrators, and gives the update to the orderers once they suffice. */
  private async add(pending: PendingUpdate, asked?: number): Promise<UpdateResult> {
    const update = Buffer.from(pending.update, 'base64');
    const members = await this.members();
    const own = ({ organisation }: ClientIdentity): number => Number(organisation === pending.subject);
    const signatures = pending.signatures.map((text) =>
      common.ConfigSignature.deserializeBinary(Buffer.from(text, 'base64')),
    );
    // The one that it is about signs first: where one signature suffices, it must be that.
    const admins = [...this.admins].sort((a, b) => own(b) - own(a));
    for (const admin of admins) {
      if (!signatures.some((signature) => signerOf(signature) === admin.organisation))
        signatures.push(signed(update, admin));
    }
    const signedBy = signatures.map(signerOf).filter((name) => members.includes(name));
    const needed = asked ?? majority(members.length);
    const isDone = signedBy.length >= needed;
    if (isDone) await this.give(update, signatures);
    return {
      pending: {
        ...pending,
        signatures: signatures.map((s) => Buffer.from(s.serializeBinary()).toString('base64')),
      },
      ...{ signedBy, needed, isDone },
    };
  }

  private async give(update: Uint8Array, signatures: readonly common.ConfigSignature[]): Promise<void> {
    const before = (await this.config()).getSequence();
    const envelope = updateEnvelope(update, signatures, this.admins[0]);
    const refusal = await giveUpdate(this.orderers, envelope);
    if (refusal) {
      throw new NetworkError(
        'the channel refuses the update: it was made for another state of the channel, or signatures are missing; make it anew',
        { cause: refusal },
      );
    }
    await untilDone('the update is not committed', async () => {
      if ((await this.configNow()).getSequence() <= before) throw new Error('not yet');
    });
  }

  close(): void {
    for (const peer of this.peers) peer.close();
    this.orderers.close();
  }
}

export const readUpdate = (path: string): PendingUpdate =>
  readGiven<PendingUpdate>(path, UPDATE, ({ subject, update, signatures }) => {
    const texts = Array.isArray(signatures) ? [update, ...signatures] : [undefined];
    return isOrganisationName(subject) && texts.every((text) => typeof text === 'string');
  });

function signerOf(signature: common.ConfigSignature): string {
  const header = common.SignatureHeader.deserializeBinary(signature.getSignatureHeader_asU8());
  return msp.SerializedIdentity.deserializeBinary(header.getCreator_asU8()).getMspid();
}

/**
 * What an update does, in words for whoever is asked to sign it; undefined where it is anything but the one addition or
 * removal that this organisation would make of the channel as it is now, to the byte.
 */
export function describeUpdate(config: common.Config, pending: PendingUpdate): string | undefined {
  const given = Buffer.from(pending.update, 'base64');
  const { subject } = pending;
  const isSame = (make: () => common.ConfigUpdate): boolean => {
    try {
      return given.equals(make().serializeBinary());
    } catch {
      return false;
    }
  };
  if (isSame(() => removing(config, subject))) return `removes the organisation ${subject}`;
  if (isSame(() => adding(config, addedBy(given, subject)))) return `adds the organisation ${subject}`;
  return undefined;
}
