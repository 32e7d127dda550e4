/** Copies of a ledger, consistent while it is written, and putting one back. */
import {
  chmodSync,
  closeSync,
  copyFileSync,
  createReadStream,
  createWriteStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
} from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeFolder } from '../make-folder.js';
import { BlockFile } from './block-file.js';
import { syncFolder, writeFileDurably } from './durable.js';
import {
  BackupTargetError,
  LedgerCorruptError,
  LedgerFormatError,
  LedgerVerificationError,
} from './errors.js';
import { layoutOf, type Layout } from './layout.js';
import { Roster } from './roster.js';
import { encodeTip, readTip } from './tip.js';

/** What a backup holds; `backup.json` beside its `ledger` folder. */
export interface BackupManifest {
  readonly format: 1;
  readonly ledgerId: string;
  /** Number of blocks. */
  readonly height: number;
  readonly headerHash: string;
  readonly bytes: number;
}

const MANIFEST = 'backup.json';

/**
 * Copies a ledger from its files, also beside a process that writes them: the blocks that were acknowledged when it
 * began, and the identities (private keys among them). The destination must not exist; it appears whole.
 */
export async function backupLedger(directory: string, destination: string): Promise<BackupManifest> {
  if (existsSync(destination)) throw new BackupTargetError('the destination of the backup exists already');
  const source = layoutOf(directory);
  const tip = readTip(source.tip);
  const { file } = BlockFile.open(source.blocks, tip === 'damaged' ? undefined : tip, { readOnly: true });
  let manifest: BackupManifest;
  try {
    const height = tip === undefined || tip === 'damaged' ? file.height : tip.height;
    manifest = await describe(file, height);
  } finally {
    file.close();
  }
  const partial = `${destination}.partial`;
  await rm(partial, { recursive: true, force: true });
  await copyLedger(source, partial, manifest);
  writeFileDurably(join(partial, MANIFEST), `${JSON.stringify(manifest)}\n`, 0o600);
  await rename(partial, destination);
  syncFolder(dirname(destination));
  return manifest;
}

/** Puts a backup back into a data folder that has no ledger, after checking every block of it. */
export async function restoreLedger(backup: string, directory: string): Promise<BackupManifest> {
  const target = layoutOf(directory);
  if (existsSync(target.root)) throw new BackupTargetError('the data folder holds a ledger already');
  const manifest = readManifest(backup);
  const source = layoutOf(backup);
  const { file } = BlockFile.open(source.blocks, undefined, { readOnly: true });
  try {
    for (let number = 0; number < file.height; number++) await file.read(number);
    const found = await describe(file, file.height);
    if (JSON.stringify(found) !== JSON.stringify(manifest)) {
      throw new LedgerVerificationError('the blocks of the backup are not those that its manifest names');
    }
  } finally {
    file.close();
  }
  const partial = join(directory, 'restore.partial');
  await rm(partial, { recursive: true, force: true });
  await copyLedger(source, partial, manifest);
  await rename(layoutOf(partial).root, target.root);
  await rm(partial, { recursive: true });
  syncFolder(directory);
  return manifest;
}

/** The manifest of a backup. */
export function readManifest(backup: string): BackupManifest {
  let manifest: BackupManifest;
  try {
    manifest = JSON.parse(readFileSync(join(backup, MANIFEST), 'utf8')) as BackupManifest;
  } catch (error) {
    throw new LedgerFormatError(
      'there is no backup here, or its manifest cannot be read',
      {},
      { cause: error },
    );
  }
  if (manifest.format !== 1) throw new LedgerFormatError('the backup is of an unknown format');
  return manifest;
}

async function describe(file: BlockFile, height: number): Promise<BackupManifest> {
  const genesis = await file.read(0);
  const roster = new Roster();
  roster.add(genesis.data.subarray(0, genesis.configurationBytes));
  const headerHash = (await file.read(height - 1)).headerHash.toString('hex');
  return {
    format: 1,
    ledgerId: roster.ledgerId.toString('hex'),
    height,
    headerHash,
    bytes: file.offsetOf(height),
  };
}

async function copyLedger(source: Layout, directory: string, manifest: BackupManifest): Promise<void> {
  const target = layoutOf(directory);
  makeFolder(target.root, 0o700);
  // The blocks come first: identities made meanwhile are more than they need, never less.
  const blocks = createReadStream(source.blocks, { end: manifest.bytes - 1, highWaterMark: 1024 * 1024 });
  await pipeline(blocks, createWriteStream(target.blocks, { mode: 0o600 }));
  if (blocks.bytesRead !== manifest.bytes)
    throw new LedgerCorruptError('the block file became shorter while it was copied');
  syncFile(target.blocks);
  const tip = { height: manifest.height, headerHash: Buffer.from(manifest.headerHash, 'hex') };
  writeFileDurably(target.tip, encodeTip(tip), 0o600);
  copyIdentities(source.identities, target.identities);
  syncFolder(target.root);
}

function copyIdentities(source: string, target: string): void {
  mkdirSync(target, { mode: 0o700 });
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    // A file of this name is being written.
    if (entry.name.endsWith('.new')) continue;
    const [from, to] = [join(source, entry.name), join(target, entry.name)];
    if (entry.isDirectory()) copyIdentities(from, to);
    else {
      copyFileSync(from, to);
      chmodSync(to, 0o600);
      syncFile(to);
    }
  }
  syncFolder(target);
}

function syncFile(path: string): void {
  const fd = openSync(path, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
