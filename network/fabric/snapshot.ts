/** Snapshots of a peer's state as Fabric makes them, and a peer that begins anew from one. */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { randomBytes } from 'node:crypto';
import { credentials, type ServiceError } from '@grpc/grpc-js';
import { common, peer as protos } from '@hyperledger/fabric-protos';
import { makeFolder } from '../make-folder.js';
import { asideName, moveAside } from './aside.js';
import { ChainSource } from './chain-source.js';
import { ClientIdentity } from './client-identity.js';
import { copyTree } from './copy-tree.js';
import { NetworkError } from './errors.js';
import type { Layout } from './layout.js';
import { FabricLedger } from './ledger.js';
import { install } from './lifecycle.js';
import { lastWords } from './logs.js';
import { allProcesses, authorityOf, packageFor, peerName } from './nodes.js';
import { CHANNEL_OPTIONS, PeerClient } from './peer-client.js';
import { CHANNEL, type NetworkPlan, type OrganisationPlan } from './plan.js';
import type { OwnedPeer } from './plan-change.js';
import { jsonOf, startProcess, stopProcess } from './processes.js';
import type { Programs } from './programs.js';
import { requireOneOf } from './silence.js';
import { joinBySnapshot } from './snapshot-join.js';
import { proveSnapshot, requireOfChannel } from './snapshot-proof.js';
import { networkStatus } from './status.js';
import { untilDone } from './waiting.js';

const DEADLINE_MS = 10_000;
const NONCE_BYTES = 24;
/** What a snapshot says of itself. */
const FACTS = '_snapshot_signable_metadata.json';
const MORE_FACTS = '_snapshot_additional_metadata.json';

export interface Snapshot {
  readonly folder: string;
  /** Blocks that are in it. */
  readonly height: number;
  /** Hash of the last of them, hex. */
  readonly blockHash: string;
  /** What the peer keeps of all that was changed until then, hex. */
  readonly commitHash: string;
}

/** What stands in a folder that holds a snapshot. */
export function readSnapshot(folder: string): Snapshot {
  const read = <T extends object>(file: string): T => {
    const path = join(folder, file);
    const facts = existsSync(path) ? jsonOf<T>(readFileSync(path, 'utf8')) : undefined;
    if (!facts) throw new NetworkError(`there is no whole snapshot in ${folder}`);
    return facts;
  };
  const facts = read<{ channel_name: string; last_block_number: number; last_block_hash: string }>(FACTS);
  const more = read<{ last_block_commit_hash: string }>(MORE_FACTS);
  if (facts.channel_name !== CHANNEL)
    throw new NetworkError(`the snapshot in ${folder} is of the channel ${facts.channel_name}`);
  return {
    ...{ folder, height: facts.last_block_number + 1 },
    ...{ blockHash: facts.last_block_hash, commitHash: more.last_block_commit_hash },
  };
}

/** Has a peer make a snapshot of its last block; it commits nothing meanwhile. */
export async function takeSnapshot(layout: Layout, owned: OwnedPeer, output?: string): Promise<Snapshot> {
  const { organisation, peer } = owned;
  const name = peerName(organisation, peer);
  if (output !== undefined && existsSync(output))
    throw new NetworkError(`${output} exists already; name another folder`);
  requireOneOf(layout, [name]);
  // Whether it can be made is known before the peer has worked for it.
  if (output !== undefined) makeFolder(dirname(output), 0o700);
  const service = new SnapshotService(layout, owned);
  const at = clientOf(layout, owned);
  try {
    const least = await at.height(adminOf(layout, organisation), CHANNEL);
    await service.generate();
    const made = join(layout.peer(organisation, peer).data, 'snapshots', 'completed', CHANNEL);
    const folder = await untilDone(`${name} makes no snapshot`, async () => {
      const done = existsSync(made) ? readdirSync(made).map(Number) : [];
      const number = Math.max(-1, ...done);
      if (number + 1 < least || (await service.pending()).length > 0) throw new Error('not yet');
      return join(made, String(number));
    });
    if (output === undefined) return readSnapshot(folder);
    copyTree(folder, output);
    return readSnapshot(output);
  } finally {
    service.close();
    at.close();
  }
}

export interface RebuildOptions {
  readonly programs: Programs;
  /** Is told of each step as it is done. */
  readonly step: (what: string) => void;
  /** Now, in ms since 1970: what is moved aside bears it in its name. */
  readonly nowMs: number;
}

/**
 * A peer begins anew from a snapshot and catches up with the channel. Its old data is moved aside; answers where to.
 * Blocks before the snapshot are not on it any more.
 */
export async function rebuildPeer(
  layout: Layout,
  plan: NetworkPlan,
  owned: OwnedPeer,
  given: string,
  { programs, step, nowMs }: RebuildOptions,
): Promise<string> {
  const { organisation, peer } = owned;
  const name = peerName(organisation, peer);
  const snapshot = readSnapshot(given);
  const { height } = snapshot;
  const source = new ChainSource(layout, plan);
  await requireOfChannel(source.blocks, snapshot).finally(() => source.close());
  const { data } = layout.peer(organisation, peer);
  const former = asideName(name, new Date(nowMs));
  const aside = join(layout.aside(former), relative(layout.root, data));
  const ran = await stopProcess(layout, name);
  moveAside(layout, former, data);
  // A snapshot that the peer itself made went with it.
  const within = relative(data, resolve(given));
  const folder = within.startsWith('..') ? resolve(given) : join(aside, within);
  const spec = allProcesses(layout, programs, plan).find((process) => process.name === name);
  if (spec) startProcess(layout, spec);
  step(`${name} begins anew; its old data is in ${aside}`);
  const at = clientOf(layout, owned);
  const admin = adminOf(layout, organisation);
  try {
    try {
      await joinBySnapshot({ name, at, admin, folder, height, lastWords: () => lastWords(layout, name) });
    } catch (error) {
      await stopProcess(layout, name);
      // What little it has of the snapshot is kept too, under a name that says what it is.
      moveAside(layout, asideName(`${name}-not-taken`, new Date(nowMs)), data);
      renameSync(aside, data);
      rmSync(layout.aside(former), { recursive: true });
      if (ran && spec) startProcess(layout, spec);
      const now = ran ? 'it runs with it again' : 'it does not run, as before';
      throw new NetworkError(`${(error as Error).message}; its old data is put back, and ${now}`, {
        cause: error,
      });
    }
    step(`${name} has the state of ${height} blocks`);
    await untilDone(`${name} does not catch up`, async () => {
      const rows = await networkStatus(layout, plan);
      const row = rows.find((each) => each.name === name);
      if (row?.health !== 'ok' || row.lag !== 0)
        throw new Error(`it lags ${row?.lag ?? 'far'} blocks behind`);
    });
    step(`${name} is level with the others`);
    step(
      `${await proven(layout, name, folder, height)} keys of the snapshot are what the channel’s blocks give`,
    );
    // Without chaincode it endorses nothing: what was not proven is signed by nobody.
    await untilDone(`${name} takes no chaincode`, () => install(at, admin, packageFor(layout, organisation)));
    return aside;
  } finally {
    at.close();
  }
}

/** One whose snapshot is not proven is stopped. */
async function proven(layout: Layout, name: string, folder: string, height: number): Promise<number> {
  const ledger = await FabricLedger.open(layout.root);
  try {
    return await proveSnapshot(ledger, folder, height);
  } catch (error) {
    await stopProcess(layout, name);
    const why = (error as Error).message;
    throw new NetworkError(`${name} is stopped again, and has endorsed nothing: ${why}`, { cause: error });
  } finally {
    await ledger.close();
  }
}

const adminOf = (layout: Layout, { name }: OrganisationPlan): ClientIdentity =>
  ClientIdentity.read(name, layout.identity(name, 'admin'));

const clientOf = (layout: Layout, { host, organisation, peer }: OwnedPeer): PeerClient =>
  new PeerClient(`${host}:${peer.port}`, Buffer.from(authorityOf(layout, organisation.name)));

/** The peer's own service of that name, for its organisation's administrator. */
class SnapshotService {
  private readonly client: protos.SnapshotClient;
  private readonly admin: ClientIdentity;

  constructor(layout: Layout, { host, organisation, peer }: OwnedPeer) {
    this.admin = adminOf(layout, organisation);
    this.client = new protos.SnapshotClient(
      `${host}:${peer.port}`,
      credentials.createSsl(Buffer.from(authorityOf(layout, organisation.name))),
      CHANNEL_OPTIONS,
    );
  }

  /** Asks for a snapshot of the last block; one that is there already is as good. */
  async generate(): Promise<void> {
    const request = new protos.SnapshotRequest();
    request.setSignatureHeader(this.header());
    request.setChannelId(CHANNEL);
    try {
      await this.call((signed, options, done) => this.client.generate(signed, options, done), request);
    } catch (error) {
      if (!/already generated|duplicate/.test((error as Error).message)) throw error;
    }
  }

  /** Blocks of which snapshots are still to be made. */
  async pending(): Promise<readonly number[]> {
    const query = new protos.SnapshotQuery();
    query.setSignatureHeader(this.header());
    query.setChannelId(CHANNEL);
    const answer = await this.call<protos.QueryPendingSnapshotsResponse>(
      (signed, options, done) => this.client.queryPendings(signed, options, done),
      query,
    );
    return answer.getBlockNumbersList();
  }

  close(): void {
    this.client.close();
  }

  private header(): common.SignatureHeader {
    const header = new common.SignatureHeader();
    header.setCreator(this.admin.creator);
    header.setNonce(randomBytes(NONCE_BYTES));
    return header;
  }

  private call<T = unknown>(
    send: (
      signed: protos.SignedSnapshotRequest,
      options: { deadline: number },
      done: (error: ServiceError | null, answer?: T) => void,
    ) => unknown,
    request: protos.SnapshotRequest | protos.SnapshotQuery,
  ): Promise<T> {
    const bytes = request.serializeBinary();
    const signed = new protos.SignedSnapshotRequest();
    signed.setRequest(bytes);
    signed.setSignature(this.admin.sign(bytes));
    return new Promise((resolve, reject) => {
      send(signed, { deadline: Date.now() + DEADLINE_MS }, (error, answer) => {
        if (error) reject(error);
        else resolve(answer as T);
      });
    });
  }
}
