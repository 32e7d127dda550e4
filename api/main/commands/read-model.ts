/** `gridbook rebuild` and `gridbook migrate`: the read model made anew, or brought up to date. */
import { rm } from 'node:fs/promises';
import type { Command } from 'commander';
import { Database } from '../../readmodel/database.js';
import { MIGRATIONS, migrate } from '../../readmodel/migrations/index.js';
import { clearReadModel, contentDigest } from '../../readmodel/rebuild.js';
import { levelWith, openRunning } from '../composition.js';
import type { CommandContext } from '../context.js';
import { dataFolderAt, requireLedger, type DataFolder } from '../data-folder.js';
import { counted } from '../figures.js';
import { showProgress } from '../progress.js';

interface ReadModelOptions {
  readonly data?: string;
  readonly json?: boolean;
}

export function addReadModel(program: Command, context: CommandContext): void {
  program
    .command('rebuild')
    .summary('make the read model anew from block 0')
    .description('Everything that queries show is derived from blocks: it can be dropped and made again.')
    .option('--data <dir>', 'data folder')
    .option('--json', 'print one object')
    .addHelpText('after', '\nExample:\n  gridbook rebuild --data ./data')
    .action((options: ReadModelOptions) => rebuild(options, context));
  program
    .command('migrate')
    .summary('bring the read model’s schema up to date')
    .description('Runs the migrations that have not run yet. `gridbook start` does the same.')
    .option('--data <dir>', 'data folder')
    .option('--json', 'print one object')
    .addHelpText(
      'after',
      '\nExample:\n  DATABASE_URL=postgres://gridbook@127.0.0.1/gridbook gridbook migrate',
    )
    .action((options: ReadModelOptions) => migrateReadModel(options, context));
}

async function rebuild(options: ReadModelOptions, { terminal, settings }: CommandContext): Promise<void> {
  const folder = dataFolderAt(options.data ?? settings.data);
  requireLedger(folder);
  await drop(folder, settings.databaseUrl);
  const running = await openRunning({ folder, databaseUrl: settings.databaseUrl });
  const progress = showProgress(terminal, 'Reading the ledger', 'blocks');
  try {
    await levelWith(running.projector, running.ledger.height(), (done, total) =>
      progress.update(done, total),
    );
    const facts = {
      height: running.projector.height(),
      contentDigest: await contentDigest(running.database),
    };
    progress.end();
    if (options.json) terminal.json(facts);
    else terminal.print(`${counted(facts.height, 'block')} read, content digest ${facts.contentDigest}`);
  } finally {
    progress.end();
    await running.close();
  }
}

/** Empties a server's tables; the folder of an embedded one goes whole, also where it cannot be opened. */
async function drop(folder: DataFolder, databaseUrl: string | undefined): Promise<void> {
  if (databaseUrl === undefined) {
    await rm(folder.readModel, { recursive: true, force: true });
    return;
  }
  const database = await Database.open({ databaseUrl });
  await clearReadModel(database).finally(() => database.close());
}

async function migrateReadModel(
  options: ReadModelOptions,
  { terminal, settings }: CommandContext,
): Promise<void> {
  const folder = dataFolderAt(options.data ?? settings.data);
  const where =
    settings.databaseUrl === undefined
      ? { directory: folder.readModel }
      : { databaseUrl: settings.databaseUrl };
  const database = await Database.connect(where);
  try {
    const ran = await migrate(database);
    if (options.json) terminal.json({ ran, schema: MIGRATIONS.length });
    else
      terminal.print(
        ran.length === 0 ? `The schema is up to date (${MIGRATIONS.length}).` : `Ran ${ran.join(', ')}.`,
      );
  } finally {
    await database.close();
  }
}
