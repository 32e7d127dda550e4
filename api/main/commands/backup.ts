/** `gridbook backup` and `gridbook restore`: a ledger's copy, taken also while it runs. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import {
  backupLedger,
  readManifest,
  restoreLedger,
  type BackupManifest,
} from '../../../network/embedded/index.js';
import type { CommandContext } from '../context.js';
import { dataFolderAt, makeFolder, requireLedger, type DataFolder } from '../data-folder.js';
import { CommandFailure, EXIT } from '../exit.js';
import { counted } from '../figures.js';

interface CopyOptions {
  readonly data?: string;
  readonly json?: boolean;
}

export function addBackup(program: Command, context: CommandContext): void {
  program
    .command('backup')
    .summary('copy the ledger into a new folder, also while it runs')
    .description(
      'Copies the blocks that are committed when it begins, and the identities: the copy holds private keys. The ' +
        'destination must not exist; it appears whole. The read model is not copied, it is made anew from the blocks.',
    )
    .argument('<destination>', 'folder that is made')
    .option('--data <dir>', 'data folder')
    .option('--json', 'print one object')
    .addHelpText('after', '\nExample:\n  gridbook backup ./backups/monday')
    .action(async (destination: string, options: CopyOptions) => {
      const folder = dataFolderAt(options.data ?? context.settings.data);
      requireLedger(folder);
      tell('Copied', await backupLedger(folder.path, destination), options, context);
    });
  program
    .command('restore')
    .summary('put a backup back into a data folder without a ledger')
    .description('Checks every block of the backup before anything appears in the data folder.')
    .argument('<backup>', 'folder that `gridbook backup` made')
    .option('--data <dir>', 'data folder, which must hold no ledger')
    .option('--json', 'print one object')
    .addHelpText('after', '\nExample:\n  gridbook restore ./backups/monday --data ./data')
    .action(async (backup: string, options: CopyOptions) => {
      const folder = dataFolderAt(options.data ?? context.settings.data);
      requireBackup(backup);
      tell('Restored', await restoreInto(folder, backup), options, context);
    });
}

function requireBackup(backup: string): void {
  try {
    readManifest(backup);
  } catch (error) {
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
    if (cause?.code !== 'ENOENT') throw error;
    throw new CommandFailure(`There is no backup in ${resolve(backup)}.`, EXIT.unavailable, { cause: error });
  }
}

/** A folder that was made for a backup goes again where that is refused. */
async function restoreInto(folder: DataFolder, backup: string): Promise<BackupManifest> {
  const isNew = !existsSync(folder.path);
  makeFolder(folder);
  try {
    return await restoreLedger(backup, folder.path);
  } catch (error) {
    if (isNew) await rm(folder.path, { recursive: true, force: true });
    throw error;
  }
}

function tell(
  verb: string,
  manifest: BackupManifest,
  options: CopyOptions,
  { terminal }: CommandContext,
): void {
  if (options.json) terminal.json(manifest);
  else terminal.print(`${verb} ${counted(manifest.height, 'block')}, ${counted(manifest.bytes, 'byte')}`);
}
