/**
 * A copy of everything that the network of a folder consists of, taken while transactions flow: plan, keys and
 * settings, then the data of each peer in turn and of one orderer, each stopped for as long as its copy takes.
 */
import { existsSync, readFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { CONTRACT_VERSION } from '../../schema/contract.js';
import { syncFolder, writeFileDurably } from '../embedded/durable.js';
import { makeFolder } from '../make-folder.js';
import { copyFile, copyTree, filesOf, sizesOf, type FileFacts } from './copy-tree.js';
import { NetworkError, RefusedError } from './errors.js';
import { Layout } from './layout.js';
import { ordererName, peerName } from './nodes.js';
import type { NetworkPlan } from './plan.js';
import { jsonOf, runningPid } from './processes.js';
import type { Programs } from './programs.js';
import { Stoppable } from './stoppable.js';

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
/** Where an orderer writes what it is about to agree to. */
const WRITTEN_AHEAD = 'wal';

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
    makeFolder(partial, 0o700);
    copyFile(layout.plan, new Layout(partial).plan);
    for (const folder of ['channel', 'organisations'])
      copyTree(join(layout.root, folder), join(partial, folder));
    step('plan, keys and settings');
    const nodes: NodeBackup[] = [];
    // Orderers come last: a peer must not know of a block that the orderers of the copy do not have.
    for (const { from, to, without } of copiesOf(layout, plan)) {
      const highest = Math.max(0, ...nodes.map(({ height }) => height ?? 0));
      const at = new Stoppable(layout, plan, programs, from.name);
      const height = await at.height(highest);
      await at.whileStopped(() => {
        if (!existsSync(from.data)) return;
        for (const { data } of to) copyTree(from.data, join(partial, relative(layout.root, data)), without);
      }, height);
      for (const { name } of to) nodes.push({ name, ...(height === undefined ? {} : { height }) });
      const names = to.map(({ name }) => name).join(', ');
      step(`${names}${height === undefined ? ', not running' : `: ${height} blocks`}`);
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
  // Nothing large is copied in vain.
  compare(
    manifest.files,
    sizesOf(backup).filter(({ path }) => path !== MANIFEST),
  );
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
    throw new RefusedError(`${path} is not that of a network’s backup, or is damaged`);
  if ((manifest.format as number) !== 1)
    throw new RefusedError(`the backup in ${backup} is of another version of Gridbook`);
  return manifest;
}

function compare(
  wanted: readonly FileFacts[],
  found: readonly (Omit<FileFacts, 'sha256'> & Partial<FileFacts>)[],
): void {
  const by = new Map(found.map((file) => [file.path, file]));
  for (const { path, bytes, sha256 } of wanted) {
    const file = by.get(path);
    if (!file) throw new RefusedError(`the backup lacks ${path}`);
    if (file.bytes !== bytes || (file.sha256 ?? sha256) !== sha256)
      throw new RefusedError(`the backup is damaged: ${path} is not the file that was copied`);
    by.delete(path);
  }
  const [more] = by.keys();
  if (more !== undefined) throw new RefusedError(`${more} is no part of the backup`);
}

interface DataOf {
  readonly name: string;
  readonly data: string;
}

/** The data of a node, and whose it is in the copy. */
interface Copy {
  readonly from: DataOf;
  readonly to: readonly DataOf[];
  /** What of it is left out. */
  readonly without: readonly string[];
}

/** Peers first. */
function copiesOf(layout: Layout, plan: NetworkPlan): readonly Copy[] {
  const peers = plan.organisations.flatMap((organisation) =>
    organisation.peers.map((peer) => ({
      name: peerName(organisation, peer),
      data: layout.peer(organisation, peer).data,
    })),
  );
  const isOnItsWay = (name: string): boolean => plan.unfinished?.some((node) => node.name === name) ?? false;
  const orderers = plan.orderers.map((orderer) => ({
    name: ordererName(orderer),
    data: layout.orderer(orderer).data,
  }));
  const agreeing = orderers.filter(({ name }) => !isOnItsWay(name));
  const source = agreeing.find(({ name }) => runningPid(layout, name) !== undefined);
  const own = (from: DataOf, without: readonly string[] = []): Copy => ({ from, to: [from], without });
  const each = [
    ...peers.map((from) => own(from, APART)),
    ...orderers.filter(({ name }) => isOnItsWay(name)).map((from) => own(from)),
  ];
  // At rest the orderers fit together as they are. Copied one after the other while they run they would not: two that
  // were copied early could agree on another block than one that was copied late. So one speaks for all: nobody agreed
  // to anything that it does not know. What a node of BFT has said itself is its own, and is said anew.
  if (!source) return [...each, ...agreeing.map((from) => own(from))];
  return [...each, { from: source, to: agreeing, without: plan.consensus === 'bft' ? [WRITTEN_AHEAD] : [] }];
}
