/**
 * Changes of who takes part in the channel: an update is made by one organisation, signed by as many as the channel
 * asks for, each in its own place, and given to the orderers by whoever adds the last signature.
 */
import { common, msp } from '@hyperledger/fabric-protos';
import {
  addedBy,
  adding,
  channelConfig,
  takesPartAfter,
  organisationsOf,
  removing,
  signed,
  updateEnvelope,
} from './channel-config.js';
import { ClientIdentity } from './client-identity.js';
import { RefusedError } from './errors.js';
import { readGiven } from './invitation.js';
import { isOrganisationName } from './organisation-group.js';
import type { Layout } from './layout.js';
import { majority } from './lifecycle.js';
import { authorityOf, peerName } from './nodes.js';
import { Orderers } from './orderers.js';
import { within } from './pause.js';
import { PeerClient } from './peer-client.js';
import type { NetworkPlan } from './plan.js';
import { usable } from './plan-change.js';
import { requireOneOf } from './silence.js';
import { partsOf } from './taking-part.js';
import { giveUpdate } from './update-delivery.js';
import { untilDone } from './waiting.js';

const UPDATE = 'gridbook-channel-update-1';

/** How long other peers may take, once one has answered. */
const OTHERS_MS = 1_000;
const NOT_KNOWN =
  'it is not known whether the channel took the update, which the orderers have; the same command says so, or goes on';

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
  /** Whether the organisation that it is about takes part then. */
  readonly takesPart: boolean;
}

const peerNames = ({ organisations }: NetworkPlan): string[] =>
  organisations.flatMap((organisation) => organisation.peers.map((peer) => peerName(organisation, peer)));

/** A peer, and as whom it is asked. */
interface View {
  readonly at: PeerClient;
  readonly admin: ClientIdentity;
}

/** An administrator's view of the channel from one folder. */
export class Administration {
  private readonly admins: readonly ClientIdentity[];
  private readonly views: readonly View[];
  private readonly orderers: Orderers;

  constructor(
    private readonly layout: Layout,
    private readonly plan: NetworkPlan,
  ) {
    this.admins = plan.organisations.map(({ name }) =>
      ClientIdentity.read(name, layout.identity(name, 'admin')).requireValid(),
    );
    this.views = usable(plan).organisations.flatMap(({ name, peers }, i) => {
      const own = Buffer.from(authorityOf(layout, name));
      return peers.map(({ port }) => ({
        at: new PeerClient(`${plan.host}:${port}`, own),
        admin: this.admins[i],
      }));
    });
    this.orderers = new Orderers(layout, usable(plan));
  }

  async config(): Promise<common.Config> {
    requireOneOf(this.layout, peerNames(usable(this.plan)));
    return untilDone('the channel does not answer', () => this.configNow());
  }

  /** The newest that a peer here has: one whose organisation was removed is told of nothing new. */
  private async configNow(): Promise<common.Config> {
    const configs: common.Config[] = [];
    const asked = this.views.map(async ({ at, admin }) => configs.push(await channelConfig(at, admin)));
    const all = Promise.allSettled(asked);
    await Promise.any(asked).catch((error: AggregateError) => {
      throw error.errors[0] as Error;
    });
    // One that hangs is not waited for.
    await within(all, OTHERS_MS, new AbortController().signal);
    return configs.reduce((a, b) => (b.getSequence() > a.getSequence() ? b : a));
  }

  /** Begins an update; where this folder's signatures suffice, the channel has it at the end. */
  propose(update: common.ConfigUpdate, subject: string, needed?: number): Promise<UpdateResult> {
    const bytes = Buffer.from(update.serializeBinary());
    return this.add({ format: UPDATE, subject, update: bytes.toString('base64'), signatures: [] }, needed);
  }

  /** Signs an update that another organisation made, provided that it is what it says. */
  async sign(pending: PendingUpdate): Promise<UpdateResult> {
    const config = await this.config();
    if (!describeUpdate(config, pending)) throw new RefusedError(whyNotSigned(config, pending));
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
    if (isDone) await this.give(update, signatures, pending.subject);
    return {
      pending: {
        ...pending,
        signatures: signatures.map((s) => Buffer.from(s.serializeBinary()).toString('base64')),
      },
      ...{ signedBy, needed, isDone, takesPart: takesPartAfter(update, pending.subject) },
    };
  }

  private async give(
    update: Uint8Array,
    signatures: readonly common.ConfigSignature[],
    subject: string,
  ): Promise<void> {
    const config = await this.config();
    const before = config.getSequence();
    const members = organisationsOf(config).map(({ name }) => name);
    const giver = this.admins.find(({ organisation }) => members.includes(organisation)) ?? this.admins[0];
    const envelope = updateEnvelope(update, signatures, giver);
    const refusal = await giveUpdate(this.orderers, envelope);
    if (refusal) {
      throw new RefusedError(
        'the channel refuses the update: it was made for another state of the channel, or signatures are missing; make it anew',
        { cause: refusal },
      );
    }
    await untilDone(NOT_KNOWN, async () => {
      // Whoever removed itself is told nothing more, and refused.
      if (this.admins.every(({ organisation }) => organisation === subject)) {
        const [{ isRefused }] = await partsOf(this.layout, this.plan, [subject]);
        if (isRefused) return;
      }
      if ((await this.configNow()).getSequence() <= before) throw new Error('no peer here has it yet');
    });
  }

  close(): void {
    for (const { at } of this.views) at.close();
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

/** Why an update is not to be signed: what it does is done already, or it is no plain one of the channel as it is now. */
export function whyNotSigned(config: common.Config, { subject, update }: PendingUpdate): string {
  const takesPart = organisationsOf(config).some(({ name }) => name === subject);
  try {
    const isAddition = takesPartAfter(Buffer.from(update, 'base64'), subject);
    if (isAddition && takesPart) return `${subject} takes part already: there is nothing to sign`;
    if (!isAddition && !takesPart) return `${subject} takes no part as it is: there is nothing to sign`;
  } catch {
    // Bytes that are no update.
  }
  return NOT_SIGNED;
}
