/** `gridbook network import`: a chain of the embedded ledger becomes the beginning of a new channel. */
import type { Command } from 'commander';
import { verifyFiles } from '../../../network/embedded/index.js';
import { bringAlong } from '../bring-along.js';
import { openChannel } from '../composition.js';
import type { CommandContext } from '../context.js';
import { dataFolderAt, holdFolder, requireLedger } from '../data-folder.js';
import { counted } from '../figures.js';
import { LedgerFiles } from '../ledger-files.js';
import { showProgress } from '../progress.js';
import { existing, inFolder, type DirOption } from './network-folder.js';

export function addNetworkImport(network: Command, context: CommandContext): void {
  inFolder(network.command('import'))
    .summary('bring a chain of the embedded ledger into a new channel')
    .description(
      'The way from trial to network: proves the data folder, then gives each of its transactions to the channel in order, ' +
        'as of the time at which it was recorded and signed anew by the organisation that gave it, whose keys must be in ' +
        'the folder of the network. Each must come to the same event, and all of them to the same state: its digest is ' +
        'compared, and with it the history is ended for good. The channel must be new. What was interrupted goes on.',
    )
    .option(
      '--data <dir>',
      'data folder of the embedded ledger, which no Gridbook runs on',
      context.settings.data,
    )
    .option('--json', 'print one object')
    .addHelpText(
      'after',
      '\nExample:\n  gridbook network up --orgs 4 && gridbook network import --data ./data',
    )
    .action((options: DirOption & { data: string }) => bring(options, context));
}

async function bring(
  options: DirOption & { readonly data: string },
  { terminal, signal }: CommandContext,
): Promise<void> {
  const { layout } = existing(options);
  const folder = dataFolderAt(options.data);
  requireLedger(folder);
  const lock = await holdFolder(folder);
  const proving = showProgress(terminal, 'Proving the ledger', 'blocks');
  try {
    const { stateDigest: digest } = await verifyFiles(folder.path, {
      progress: (done, total) => proving.update(done, total),
    });
    proving.end();
    const from = LedgerFiles.open(folder.path);
    const to = await openChannel(layout.root);
    const progress = showProgress(terminal, 'Bringing along', 'transactions');
    try {
      const told = (done: number, total: number): void => progress.update(done, total);
      const brought = await bringAlong({ from, digest }, to, told, signal);
      progress.end();
      if (options.json) terminal.json({ ...brought, stateDigest: digest });
      else {
        const { transactions, lanes } = brought;
        terminal.print(
          `${counted(transactions, 'transaction')} brought along into ${lanes.length === 1 ? 'the lane' : 'the lanes'} ${lanes.join(', ')}.`,
        );
        terminal.print(`The channel has the ledger’s state, digest ${digest}; its history is ended.`);
      }
    } finally {
      progress.end();
      await to.close();
      await from.close();
    }
  } finally {
    proving.end();
    await lock.release();
  }
}
