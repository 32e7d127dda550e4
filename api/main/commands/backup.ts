/** `gridbook backup` and `gridbook restore`: a ledger's copy, taken also while it runs. */
import type { Command } from 'commander';
import { backupLedger, restoreLedger, type BackupManifest } from '../../../network/embedded/index.js';
import type { CommandContext } from '../context.js';
import { dataFolderAt, makeFolder, requireLedger } from '../data-folder.js';
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
      'Copies the blocks that are committed when it begins, and the identities: the copy holds private keys. The\n' +
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
      makeFolder(folder);
      tell('Restored', await restoreLedger(backup, folder.path), options, context);
    });
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
