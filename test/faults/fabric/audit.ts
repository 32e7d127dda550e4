/**
 * Reads every peer's own blocks: each acknowledged command stands on each peer exactly once, no command was applied
 * twice, and all peers have the same chain and the same state.
 */
import { blocksOf } from '../../../network/fabric/block-stream.js';
import type { FabricTransaction } from '../../../network/fabric/block.js';
import { ClientIdentity } from '../../../network/fabric/client-identity.js';
import { Clients } from '../../../network/fabric/clients.js';
import type { Layout, NetworkPlan } from '../../../network/fabric/index.js';
import { authorityOf } from '../../../network/fabric/nodes.js';
import { PeerClient } from '../../../network/fabric/peer-client.js';
import { LOOPBACK } from '../../../network/fabric/listen-address.js';
import { CHAINCODE, CHANNEL } from '../../../network/fabric/plan.js';
import type { OrganisationPlan, PeerPlan } from '../../../network/fabric/plan.js';
import { StateDigest } from '../../../network/embedded/state-digest.js';
import { decodeBatchEvent } from '../../../schema/batch-event.js';
import { STATE } from '../../../schema/contract.js';
import { KEY_LENGTH } from '../../../schema/ids.js';
import type { Place } from './load.js';

/** Keys of state that are read from each peer at each audit. */
const SAMPLE = 20;

/** One peer's blocks, as far as they were read. */
class PeerBlocks {
  next = 0;
  headerHash = '';
  readonly state = new Map<string, Uint8Array>();
  /** Keys of the commands that were applied. */
  readonly applied = new Set<string>();
  /** Where each key stands, also where a command was only repeated. */
  private readonly places = new Map<string, Place[]>();
  readonly violations: string[] = [];

  constructor(
    readonly name: string,
    private readonly clients: Clients,
    private readonly organisation: OrganisationPlan,
    private readonly peer: PeerPlan,
  ) {}

  async readTo(height: number): Promise<void> {
    if (this.next >= height) return;
    const network = () => this.clients.network(this.organisation, this.peer);
    const source = { network, chaincode: CHAINCODE, answers: () => true };
    for await (const block of blocksOf([source], this.next, new AbortController().signal)) {
      for (const transaction of block.transactions) if (transaction.valid) this.take(transaction);
      this.headerHash = Buffer.from(block.headerHash).toString('hex');
      this.next = block.number + 1;
      if (this.next >= height) return;
    }
  }

  stands(key: string, { block, index }: Place): boolean {
    return (this.places.get(key) ?? []).some((at) => at.block === block && at.index === index);
  }

  digest(): string {
    const digest = new StateDigest();
    for (const key of [...this.state.keys()].sort()) digest.add(key, this.state.get(key) as Uint8Array);
    return digest.hex();
  }

  /** State as the peer itself holds it, at some of the keys. */
  async readState(layout: Layout, keys: readonly string[]): Promise<void> {
    const { name, role } = this.organisation;
    const identity = ClientIdentity.read(name, layout.identity(name, role));
    const authority = Buffer.from(authorityOf(layout, name));
    const client = new PeerClient(`${LOOPBACK}:${this.peer.port}`, authority);
    try {
      for (const key of keys) {
        const args = [STATE, key];
        const value = await client.evaluate(identity, { channel: CHANNEL, chaincode: CHAINCODE, args });
        const isSame = value.equals(Buffer.from(this.state.get(key) ?? []));
        if (!isSame) this.violations.push(`${this.name} holds another value of ${JSON.stringify(key)}`);
      }
    } finally {
      client.close();
    }
  }

  private take({ args, event, block, index, writes }: FabricTransaction): void {
    for (const [key, value] of writes) this.state.set(key, value);
    const { refused, replayed } = decodeBatchEvent(event);
    const isOld = new Set(replayed.map(([at]) => at));
    for (const [at, code] of refused)
      this.violations.push(`block ${block} refuses command ${at}: error ${code}`);
    keysOf(args).forEach((key, at) => {
      this.places.set(key, [...(this.places.get(key) ?? []), { block, index }]);
      if (isOld.has(at)) return;
      if (this.applied.has(key)) this.violations.push(`${key} is applied twice on ${this.name}`);
      this.applied.add(key);
    });
  }
}

/** Keys of a batch's commands, in their order. */
function keysOf(args: Uint8Array): string[] {
  const [, , segments] = JSON.parse(Buffer.from(args).toString()) as [number, string, [string, string][]];
  return segments.flatMap(([, keys]) => keys.match(new RegExp(`.{${KEY_LENGTH}}`, 'g')) ?? []);
}

export class Audit {
  private readonly clients: Clients;
  private readonly peers: readonly PeerBlocks[];

  constructor(
    private readonly layout: Layout,
    plan: NetworkPlan,
  ) {
    this.clients = new Clients(layout, plan);
    this.peers = plan.organisations.flatMap((organisation) =>
      organisation.peers.map(
        (peer) => new PeerBlocks(`${peer.name}.${organisation.name}`, this.clients, organisation, peer),
      ),
    );
  }

  /** What is wrong, in words; nothing where all is well. Every peer has that many blocks. */
  async check(height: number, acknowledged: ReadonlyMap<string, Place>): Promise<string[]> {
    await Promise.all(this.peers.map((peer) => peer.readTo(height)));
    const [first] = this.peers;
    const keys = [...first.state.keys()];
    const sample = keys.filter((_, i) => i % Math.ceil(keys.length / SAMPLE) === 0);
    const violations: string[] = [];
    const digest = first.digest();
    for (const peer of this.peers) {
      await peer.readState(this.layout, sample);
      violations.push(...peer.violations);
      peer.violations.length = 0;
      for (const [key, place] of acknowledged) {
        if (!peer.applied.has(key)) violations.push(`${key} was acknowledged and is not on ${peer.name}`);
        else if (!peer.stands(key, place))
          violations.push(`${key} was acknowledged in another place than ${peer.name} has it`);
      }
      if (peer.headerHash !== first.headerHash) violations.push(`${peer.name} has another chain`);
      if (peer.digest() !== digest) violations.push(`${peer.name} has another state`);
    }
    return violations;
  }

  close(): Promise<void> {
    return this.clients.close();
  }
}
