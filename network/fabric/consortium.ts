/**
 * The organisations whose keys lie in a folder, acting together: they join nodes to the channel, agree on chaincode, and
 * have transactions committed.
 */
import { existsSync } from 'node:fs';
import { channelConfig, organisationsOf } from './channel-config.js';
import { ClientIdentity } from './client-identity.js';
import { NetworkError } from './errors.js';
import type { Layout } from './layout.js';
import {
  approval,
  approvalsOf,
  commitment,
  committedDefinition,
  install,
  joinPeer,
  majority,
  type CommittedDefinition,
  type Definition,
} from './lifecycle.js';
import { giveUntil } from './giving.js';
import { untilLevel } from './levelling.js';
import { adminOf, authorityOf, peerName } from './nodes.js';
import { joinOrderer } from './orderer-client.js';
import { Orderers } from './orderers.js';
import type { ChaincodePackage } from './package.js';
import { PeerClient, type Commits } from './peer-client.js';
import { CHANNEL, type NetworkPlan, type OrganisationPlan } from './plan.js';
import { Proposal } from './proposal.js';
import { inTime, untilDone } from './waiting.js';

/** Where an organisation's chaincode is served. */
export type PackageOf = (organisation: OrganisationPlan) => ChaincodePackage;

interface Party {
  readonly plan: OrganisationPlan;
  readonly admin: ClientIdentity;
  readonly client: ClientIdentity;
  readonly peers: readonly PeerClient[];
}

interface Followed {
  /** Name of the peer. */
  readonly name: string;
  readonly commits: Commits;
}

export class Consortium {
  private readonly parties: readonly Party[];
  private readonly orderers: Orderers;
  private readonly followed: Followed[] = [];

  constructor(
    private readonly layout: Layout,
    private readonly plan: NetworkPlan,
    /** Whether waiting for the nodes is of no use: one of them has ended. */
    private readonly hopeless: () => boolean = () => false,
  ) {
    this.orderers = new Orderers(layout, plan);
    this.parties = plan.organisations.map((organisation) => {
      const { name, role, peers } = organisation;
      const authority = Buffer.from(authorityOf(layout, name));
      const admin = ClientIdentity.read(name, layout.identity(name, 'admin'));
      const own = layout.identity(name, role);
      return {
        ...{ plan: organisation, admin: admin.requireValid() },
        // One whose client was revoked asks as its administrator.
        client: existsSync(own) ? ClientIdentity.read(name, own).requireValid() : admin,
        peers: peers.map(({ port }) => new PeerClient(`${plan.host}:${port}`, authority)),
      };
    });
  }

  /** Orderers and peers join the channel of a block, where they have not joined. */
  async join(block: Uint8Array): Promise<void> {
    await Promise.all([
      ...this.plan.orderers.map((orderer) => {
        const admin = adminOf(this.layout, orderer);
        return this.untilDone(`${orderer.name} does not join`, () => joinOrderer(admin, block));
      }),
      ...this.parties.flatMap(({ plan, admin, peers }) =>
        peers.map(async (at, i) => {
          const name = peerName(plan, plan.peers[i]);
          await this.untilDone(`${name} does not join`, () => joinPeer(at, admin, block));
        }),
      ),
    ]);
  }

  /**
   * Follows the blocks of all peers here, each from the next that it gets: one that began from a snapshot has none before.
   */
  async follow(): Promise<void> {
    await Promise.all(
      this.parties.flatMap(({ plan, admin, peers }) =>
        peers.map(async (at, i) => {
          const name = peerName(plan, plan.peers[i]);
          const next = await this.untilDone(`${name} does not tell of the channel`, () =>
            at.height(admin, CHANNEL),
          );
          this.followed.push({ name, commits: at.commits(admin, CHANNEL, next) });
        }),
      ),
    );
  }

  /** Waits until the one peer of its one organisation has the blocks that others have; answers its height. */
  level(name: string, others: () => Promise<number>): Promise<number> {
    const [{ peers, admin }] = this.parties;
    const own = (): Promise<number> => peers[0].height(admin, CHANNEL);
    return untilLevel({ name, own, others, hopeless: this.hopeless });
  }

  /** Every peer installs its organisation's package of a chaincode. */
  async install(packageOf: PackageOf): Promise<void> {
    await Promise.all(
      this.parties.flatMap(({ plan, admin, peers }) => {
        const chaincode = packageOf(plan);
        return peers.map((at, i) =>
          this.untilDone(`${plan.peers[i].name}.${plan.name} takes no chaincode`, () =>
            install(at, admin, chaincode),
          ),
        );
      }),
    );
  }

  /** The channel's definition of a chaincode; undefined where it has none. */
  async definition(name: string): Promise<CommittedDefinition | undefined> {
    const [{ peers, admin }] = this.parties;
    return this.untilDone('the channel does not answer', () => committedDefinition(peers[0], admin, name));
  }

  /** Names of the organisations that take part in the channel. */
  async members(): Promise<readonly string[]> {
    const [{ peers, admin }] = this.parties;
    return this.untilDone('the channel does not answer', async () =>
      organisationsOf(await channelConfig(peers[0], admin)).map(({ name }) => name),
    );
  }

  /** Waits until the peers here have the block by which their organisation takes part. */
  async taken(): Promise<void> {
    await this.untilDone('the channel has not taken the organisation', async () => {
      const members = await this.members();
      if (!this.parties.every(({ plan }) => members.includes(plan.name))) throw new Error('not yet');
    });
  }

  /** Every organisation of the folder that has not done so approves a definition, with its own package. */
  async approve(
    definition: Definition,
    packageOf: PackageOf,
    approvedBy: readonly string[] = [],
  ): Promise<void> {
    const missing = this.parties.filter(({ plan }) => !approvedBy.includes(plan.name));
    await Promise.all(
      missing.map((party) =>
        this.submit(
          `${party.plan.name} does not approve the chaincode`,
          () => approval(party.admin, packageOf(party.plan).id, definition),
          [party.peers[0]],
        ),
      ),
    );
  }

  /** Every organisation approves a definition; with the majority's approval it is committed. */
  async define(definition: Definition, packageOf: PackageOf): Promise<void> {
    await this.approve(definition, packageOf);
    const [{ admin }] = this.parties;
    await this.submit('the chaincode cannot be committed', () => commitment(admin, definition), this.most());
  }

  /** One call of a chaincode that a majority of the organisations endorses, seen on every peer. */
  async call(chaincode: string, args: readonly (string | Uint8Array)[]): Promise<void> {
    const [{ client }] = this.parties;
    await this.submit(
      'the chaincode does not answer',
      () => new Proposal(client, { channel: CHANNEL, chaincode, args }),
      this.most(),
    );
  }

  /** Each organisation's own chaincode answers; nothing is committed. */
  async answers(chaincode: string, args: readonly (string | Uint8Array)[]): Promise<void> {
    await Promise.all(
      this.parties.map(({ plan, client, peers }) =>
        this.untilDone(`the chaincode of ${plan.name} does not answer`, () =>
          peers[0].evaluate(client, { channel: CHANNEL, chaincode, args }),
        ),
      ),
    );
  }

  /** Organisations that approve a definition that is to be committed. */
  async approvals(definition: Definition): Promise<readonly string[]> {
    const [{ peers, admin }] = this.parties;
    return this.untilDone('the channel does not answer', () => approvalsOf(peers[0], admin, definition));
  }

  /** Makes a definition the channel's, endorsed by all that approve it, here and elsewhere. */
  async commit(definition: Definition, approvedBy: readonly string[]): Promise<void> {
    const [{ peers, admin }] = this.parties;
    const isHere = (name: string): boolean => this.parties.some(({ plan }) => plan.name === name);
    const others = organisationsOf(await channelConfig(peers[0], admin))
      .filter(({ name }) => approvedBy.includes(name) && !isHere(name))
      .map(({ anchor, authorityPem }) => {
        return new PeerClient(`${anchor.host}:${anchor.port}`, Buffer.from(authorityPem));
      });
    const here = this.parties.filter(({ plan }) => approvedBy.includes(plan.name));
    try {
      await this.submit('the chaincode cannot be committed', () => commitment(admin, definition), [
        ...here.map((party) => party.peers[0]),
        ...others,
      ]);
    } finally {
      for (const other of others) other.close();
    }
  }

  private untilDone<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    return untilDone(what, attempt, this.hopeless);
  }

  private most(): readonly PeerClient[] {
    return this.parties.slice(0, majority(this.parties.length)).map(({ peers }) => peers[0]);
  }

  private async submit(what: string, make: () => Proposal, endorsers: readonly PeerClient[]): Promise<void> {
    const { id, envelope } = await this.untilDone(what, async () => {
      const proposal = make();
      const responses = await Promise.all(endorsers.map((at) => at.endorse(proposal)));
      return { id: proposal.transactionId, envelope: proposal.transaction(responses) };
    });
    // An orderer that is no leader yet refuses; the same transaction is given again.
    await this.untilDone(what, () => this.orderers.give(envelope));
    const told = this.followed.map((followed) => codeFrom(followed, id));
    const [codes] = await Promise.all([
      Promise.all(told),
      giveUntil(Promise.any(told), () => this.orderers.give(envelope)),
    ]);
    const invalid = codes.find((code) => code !== 0);
    if (invalid !== undefined) throw new NetworkError(`${what}: validation code ${invalid}`);
  }

  close(): void {
    for (const { commits } of this.followed) commits.close();
    for (const { peers } of this.parties) for (const at of peers) at.close();
    this.orderers.close();
  }
}

const NOT_KNOWN =
  'it is not known whether a transaction was committed; the same command does what is missing';

/** Under which code a peer committed a transaction; whoever does not tell is named. */
async function codeFrom({ name, commits }: Followed, id: string): Promise<number> {
  const code = commits.codeOf(id).catch((error: Error) => {
    throw new NetworkError(`${NOT_KNOWN}: ${name} does not tell of its blocks: ${error.message}`, {
      cause: error,
    });
  });
  return inTime(`${NOT_KNOWN}: ${name} does not have it in time`, code);
}
