/** `gridbook rebuild` and `gridbook migrate`: the read model made anew, or brought up to date. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { Database, type DatabaseOptions } from '../../readmodel/database.js';
import { MIGRATIONS, migrate } from '../../readmodel/migrations/index.js';
import { contentDigest } from '../../readmodel/rebuild.js';
import { levelWith, openRunning } from '../composition.js';
import type { CommandContext } from '../context.js';
import { dataFolderAt, holdFolder, requireLedger, type DataFolder } from '../data-folder.js';
import { addEngineOptions, ledgerPlace, type EngineOptions } from '../engine-options.js';
import { counted } from '../figures.js';
import { showProgress } from '../progress.js';

interface ReadModelOptions {
  readonly data?: string;
  readonly json?: boolean;
}

type RebuildOptions = ReadModelOptions & EngineOptions;

export function addReadModel(program: Command, context: CommandContext): void {
  addEngineOptions(program.command('rebuild'))
    .summary('make the read model anew from block 0')
    .description('Everything that queries show is derived from blocks: it can be dropped and made again.')
    .option('--data <dir>', 'data folder')
    .option('--json', 'print one object')
    .addHelpText('after', '\nExample:\n  gridbook rebuild --data ./data')
    .action((options: RebuildOptions) => rebuild(options, context));
  program
    .command('migrate')
    .summary('bring the read model’s schema up to date')
    .description(
      'Runs the migrations that have not run yet; `gridbook start` does the same. With DATABASE_URL it needs no data ' +
        'folder, and runs also beside a Gridbook.',
    )
    .option('--data <dir>', 'data folder')
    .option('--json', 'print one object')
    .addHelpText(
      'after',
      '\nExample:\n  DATABASE_URL=postgres://gridbook@127.0.0.1/gridbook gridbook migrate',
    )
    .action((options: ReadModelOptions) => migrateReadModel(options, context));
}

async function rebuild(options: RebuildOptions, { terminal, settings }: CommandContext): Promise<void> {
  const place = ledgerPlace(options, settings);
  const running = await openRunning({ ...place, databaseUrl: settings.databaseUrl, anew: true });
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

async function migrateReadModel(
  options: ReadModelOptions,
  { terminal, settings }: CommandContext,
): Promise<void> {
  const { databaseUrl } = settings;
  const ran =
    databaseUrl === undefined
      ? await migrateFolder(dataFolderAt(options.data ?? settings.data))
      : await migrateAt({ databaseUrl });
  if (options.json) terminal.json({ ran, schema: MIGRATIONS.length });
  else
    terminal.print(
      ran.length === 0 ? `The schema is up to date (${MIGRATIONS.length}).` : `Ran ${ran.join(', ')}.`,
    );
}

/** An embedded database has one user at a time; that of a network's channel lies in a folder without a ledger. */
async function migrateFolder(folder: DataFolder): Promise<number[]> {
  if (!existsSync(folder.readModel)) requireLedger(folder);
  const lock = await holdFolder(folder);
  try {
    return await migrateAt({ directory: folder.readModel });
  } finally {
    await lock.release();
  }
}

/** A server's migrations have a lock of its own, and may run ahead of the Gridbook that needs them. */
async function migrateAt(where: DatabaseOptions): Promise<number[]> {
  const database = await Database.connect(where);
  try {
    return await migrate(database);
  } finally {
    await database.close();
  }
}
