/**
 * A copy of everything that the network of a folder consists of, taken while transactions flow: plan, keys and
 * settings, then the data of each node in turn, which is stopped for as long as its copy takes.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { CONTRACT_VERSION } from '../../schema/contract.js';
import { syncFolder, writeFileDurably } from '../embedded/durable.js';
import { copyFile, copyTree, filesOf, type FileFacts } from './copy-tree.js';
import { NetworkError } from './errors.js';
import { Layout } from './layout.js';
import { allProcesses, ordererName, peerName } from './nodes.js';
import type { NetworkPlan } from './plan.js';
import { jsonOf, runningPid, startProcess, stopProcess } from './processes.js';
import type { Programs } from './programs.js';
import { networkStatus } from './status.js';
import { untilDone } from './waiting.js';

const KIND = 'gridbook-network-backup';

/** What a backup holds; `backup.json` in it. */
export interface NetworkBackup {
  readonly kind: typeof KIND;
  readonly format: 1;
  /** Version of Fabric that the nodes run. */
  readonly fabric: string;
  /** Version of the language of chaincode and clients. */
  readonly contract: string;
  readonly channel: string;
  readonly nodes: readonly NodeBackup[];
  readonly bytes: number;
  readonly files: readonly FileFacts[];
}
export interface NodeBackup {
  readonly name: string;
  /** Blocks that its copy has, at least; undefined where it did not run. */
  readonly height?: number;
}

export interface BackupOptions {
  readonly programs: Programs;
  /** Is told of each step as it is done. */
  readonly step: (what: string) => void;
}

const MANIFEST = 'backup.json';
/** What a peer makes for others lies in its data, and is none of it. */
const APART = ['snapshots'];

/** The destination must not exist; it appears whole. */
export async function backupNetwork(
  layout: Layout,
  plan: NetworkPlan,
  destination: string,
  { programs, step }: BackupOptions,
): Promise<NetworkBackup> {
  if (existsSync(destination)) throw new NetworkError(`${destination} exists already; name another folder`);
  const partial = `${destination}.partial`;
  await rm(partial, { recursive: true, force: true });
  try {
    mkdirSync(partial, { recursive: true, mode: 0o700 });
    copyFile(layout.plan, new Layout(partial).plan);
    for (const folder of ['channel', 'organisations'])
      copyTree(join(layout.root, folder), join(partial, folder));
    step('plan, keys and settings');
    const nodes: NodeBackup[] = [];
    // Orderers come last: a peer must not know of a block that the orderers of the copy do not have.
    for (const { name, data } of nodesOf(layout, plan)) {
      const highest = Math.max(0, ...nodes.map(({ height }) => height ?? 0));
      const at = new Stoppable(layout, plan, programs, name);
      const height = await at.height(highest);
      await at.whileStopped(() => {
        if (existsSync(data)) copyTree(data, join(partial, relative(layout.root, data)), APART);
      }, height);
      nodes.push({ name, ...(height === undefined ? {} : { height }) });
      step(`${name}${height === undefined ? ', which does not run' : `: ${height} blocks`}`);
    }
    const files = await filesOf(partial);
    const manifest: NetworkBackup = {
      ...{ kind: KIND, format: 1, fabric: plan.fabric, contract: CONTRACT_VERSION, channel: plan.channel },
      ...{ nodes, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), files },
    };
    writeFileDurably(join(partial, MANIFEST), `${JSON.stringify(manifest)}\n`, 0o600);
    await rename(partial, destination);
    syncFolder(dirname(destination));
    return manifest;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

/** Puts a backup back into a folder without a network, after comparing every file of it with its manifest. */
export async function restoreNetwork(backup: string, layout: Layout): Promise<NetworkBackup> {
  const { root } = layout;
  if (existsSync(root)) throw new NetworkError(`${root} exists already; name another folder with --dir`);
  const manifest = readManifest(backup);
  const partial = `${root}.partial`;
  await rm(partial, { recursive: true, force: true });
  try {
    copyTree(backup, partial, [MANIFEST]);
    // What was copied is compared, not what it was copied from.
    compare(manifest.files, await filesOf(partial));
    await rename(partial, root);
    syncFolder(dirname(root));
    return manifest;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

function readManifest(backup: string): NetworkBackup {
  const path = join(backup, MANIFEST);
  if (!existsSync(path)) throw new NetworkError(`there is no backup of a network in ${backup}`);
  const manifest = jsonOf<NetworkBackup>(readFileSync(path, 'utf8'));
  if (manifest?.kind !== KIND || !Array.isArray(manifest.files))
    throw new NetworkError(`${path} is not that of a network’s backup, or is damaged`);
  if ((manifest.format as number) !== 1)
    throw new NetworkError(`the backup in ${backup} is of another version of Gridbook`);
  return manifest;
}

function compare(wanted: readonly FileFacts[], found: readonly FileFacts[]): void {
  const by = new Map(found.map((file) => [file.path, file]));
  for (const { path, bytes, sha256 } of wanted) {
    const file = by.get(path);
    if (!file) throw new NetworkError(`the backup lacks ${path}`);
    if (file.bytes !== bytes || file.sha256 !== sha256)
      throw new NetworkError(`the backup is damaged: ${path} is not the file that was copied`);
    by.delete(path);
  }
  const [more] = by.keys();
  if (more !== undefined) throw new NetworkError(`${more} is no part of the backup`);
}

/** Nodes with data, peers first. */
function nodesOf(layout: Layout, plan: NetworkPlan): { readonly name: string; readonly data: string }[] {
  return [
    ...plan.organisations.flatMap((organisation) =>
      organisation.peers.map((peer) => ({
        name: peerName(organisation, peer),
        data: layout.peer(organisation, peer).data,
      })),
    ),
    ...plan.orderers.map((orderer) => ({
      name: ordererName(orderer),
      data: layout.orderer(orderer).data,
    })),
  ];
}

/** A node that is stopped for a moment, if it runs. */
class Stoppable {
  constructor(
    private readonly layout: Layout,
    private readonly plan: NetworkPlan,
    private readonly programs: Programs,
    private readonly name: string,
  ) {}

  /** Its height, once it is that high at least; undefined where it does not run. */
  async height(least: number): Promise<number | undefined> {
    if (runningPid(this.layout, this.name) === undefined) return undefined;
    return untilDone(`${this.name} does not come to ${least} blocks`, async () => {
      const rows = await networkStatus(this.layout, this.plan);
      const row = rows.find(({ name }) => name === this.name);
      if (row?.health !== 'ok' || row.height === undefined || row.height < least)
        throw new Error(`it is ${row?.health ?? 'not there'} at ${row?.height ?? 'no'} blocks`);
      return row.height;
    });
  }

  /** Does something while it is stopped; where it ran, it is there again afterwards, as high as before. */
  async whileStopped(work: () => void, height: number | undefined): Promise<void> {
    const ran = await stopProcess(this.layout, this.name);
    try {
      work();
    } finally {
      const spec = allProcesses(this.layout, this.programs, this.plan).find(({ name }) => name === this.name);
      if (ran && spec) startProcess(this.layout, spec);
    }
    if (ran) await this.height(height ?? 0);
  }
}
