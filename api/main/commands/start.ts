/** `gridbook start`: ledger, read model and gateway; the first start brings the demonstration community to life. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Command } from 'commander';
import { DateTime } from 'luxon';
import { LIMITS } from '../../../schema/limits.js';
import { localKey } from '../../auth/keys.js';
import { TokenVerifier } from '../../auth/verify.js';
import type { IdentityRef, Ledger } from '../../../network/ledger.js';
import { CommandRefusedError } from '../../demo/commands.js';
import { OtherCommunityError, Recorded } from '../../demo/recorded.js';
import { ORGANISATIONS } from '../../demo/rules.js';
import type { Lanes } from '../../lanes/lanes.js';
import { startGateway, type Gateway } from '../../server/gateway.js';
import { levelWith, openRunning, type Running } from '../composition.js';
import type { CommandContext } from '../context.js';
import { dataFolderAt, hasLedger, moveAside, type DataFolder } from '../data-folder.js';
import {
  communityFigures,
  marketsOf,
  settledStretch,
  type MarketReference,
  type Stretch,
} from '../day-figures.js';
import { dataOf, FIRST_DAY, type Days } from '../demonstration.js';
import { addEngineOptions, networkOf, type EngineOptions } from '../engine-options.js';
import { CommandFailure, EXIT } from '../exit.js';
import { counted } from '../figures.js';
import { wholeOption } from '../options.js';
import { liveThrough } from '../living.js';
import { writeLocalTokens } from '../local-tokens.js';
import { showProgress } from '../progress.js';
import { sampleQueries } from '../sample-queries.js';
import { organisationsOf as namesOf, type Settings } from '../settings.js';
import { printSummary } from '../summary.js';
import { noteFinished, noteUnfinished, unfinishedIn } from '../unfinished.js';

interface StartOptions extends EngineOptions {
  readonly data?: string;
  readonly host?: string;
  readonly port?: number;
  readonly fresh?: boolean;
  readonly empty?: boolean;
  readonly offline?: string;
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

export function addStart(program: Command, context: CommandContext): void {
  addEngineOptions(program.command('start'))
    .summary('run the ledger and its GraphQL gateway')
    .description(
      'Opens the data folder and serves GraphQL. In a new folder the demonstration community lives one day first; ' +
        'a second start continues there, with that day too where it was interrupted. Ends in order on Ctrl-C.',
    )
    .option('--data <dir>', 'data folder')
    .option('--host <address>', 'address to listen on')
    .option('--port <n>', 'port to listen on; 0 takes any that is free', wholeOption('--port', 0, 65_535))
    .option('--fresh', 'move the old data folder aside and begin anew')
    .option('--empty', 'begin a new folder without the demonstration community')
    .option('--offline <names>', 'organisations of the network that sign for themselves, separated by commas')
    .addHelpText(
      'after',
      '\nExamples:\n  gridbook start\n  gridbook start --fresh --port 5000\n  gridbook start --ledger fabric\n' +
        '  gridbook start --ledger fabric --offline SunCo',
    )
    .action((options: StartOptions) => start(options, context));
}

async function start(options: StartOptions, context: CommandContext): Promise<void> {
  const { terminal, settings, signal } = context;
  const folder = dataFolderAt(options.data ?? settings.data);
  const host = options.host ?? settings.host;
  const port = options.port ?? settings.port;
  const network = networkOf(options);
  const signThemselves = offlineOf(options, settings);
  if (signThemselves.length > 0 && network === undefined) {
    throw new CommandFailure(
      'Organisations sign for themselves on a Fabric network: add --ledger fabric, or name none with --offline or GRIDBOOK_OFFLINE.',
      EXIT.usage,
    );
  }
  // Said before anything is made: a busy port, keys that may not be used here.
  await requireFreePort(host, port);
  const verifier = await verifierOf(folder, host, options, settings);
  // On a network nothing is begun unasked: `demo` does it there.
  const days = network === undefined ? daysToLive(folder, options, context) : undefined;
  const running = await openRunning({
    folder,
    ...{ network, signThemselves },
    databaseUrl: settings.databaseUrl,
    statementMs: LIMITS.statementMs,
    notice: ({ message }) => terminal.note(message),
    onFailure: (error) => terminal.note(`The read model has stopped: ${error.message}`),
    meanwhile:
      days && ((lanes, provider, ledger) => live(days, folder, { lanes, provider, ledger }, context)),
  });
  let gateway: Gateway | undefined;
  try {
    await levelUp(running, context);
    gateway = await startGateway({
      ...running,
      verifier,
      host,
      port,
      isDevelopment: !settings.isProduction,
      logLevel: settings.logLevel,
    });
    await tell(running, folder, gateway, context);
    if (!signal.aborted) await once(signal, 'abort');
    terminal.note('Ending: what is in hand is finished first.');
  } finally {
    await gateway?.stop();
    await running.close();
  }
}

const offlineOf = ({ offline }: StartOptions, settings: Settings): readonly string[] =>
  offline === undefined ? settings.offline : namesOf(offline, '--offline');

/** Whose tokens are accepted; refused before a folder is moved aside or a key is made in it. */
async function verifierOf(
  folder: DataFolder,
  host: string,
  { fresh }: StartOptions,
  { jwks, issuer, audience, isProduction }: Settings,
): Promise<TokenVerifier> {
  const rules = { jwks, issuer, audience, isProduction, isLoopback: LOOPBACK.has(host) };
  const usesLocalKey = jwks === undefined && !isProduction && rules.isLoopback;
  const verifier = usesLocalKey ? undefined : await TokenVerifier.open(rules);
  if (fresh) await moveAside(folder, Date.now());
  return verifier ?? TokenVerifier.open({ ...rules, localKey: await localKey(folder.path) });
}

async function requireFreePort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  try {
    probe.listen(port, host);
    await once(probe, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new CommandFailure(
      `Port ${port} of ${host} is in use, perhaps by another Gridbook: stop that one, or choose another with --port.`,
      EXIT.unavailable,
      { cause: error },
    );
  } finally {
    probe.close();
  }
}

/** The first day of a new folder, or the days that an interruption left unfinished. */
function daysToLive(
  folder: DataFolder,
  { empty }: StartOptions,
  { terminal, settings }: CommandContext,
): Days | undefined {
  const isWanted = !empty && !settings.isProduction;
  const unfinished = unfinishedIn(folder);
  if (unfinished && !isWanted) {
    terminal.note(
      "The community's days were interrupted and are not finished here: " +
        '`gridbook start` without --empty and NODE_ENV=production goes on with them.',
    );
  }
  if (!isWanted) return undefined;
  if (unfinished) {
    if (hasLedger(folder))
      terminal.note("The community's days were interrupted: they go on where they stopped.");
    return unfinished;
  }
  if (hasLedger(folder)) return undefined;
  noteUnfinished(folder, FIRST_DAY);
  return FIRST_DAY;
}

async function live(
  days: Days,
  folder: DataFolder,
  { lanes, provider, ledger }: { lanes: Lanes; provider: IdentityRef; ledger: Ledger },
  { terminal, signal }: CommandContext,
): Promise<void> {
  const progress = showProgress(terminal, 'A community lives its day', 'intervals');
  try {
    const recorded = await Recorded.of(ledger, ORGANISATIONS.host.organisation);
    await liveThrough({
      ...{ lanes, provider, days, recorded, signal },
      data: await dataOf(days, recorded.from),
      progress: (done, total) => progress.update(done, total),
      interrupted: 'Interrupted; `gridbook start` goes on where it stopped.',
    });
    noteFinished(folder);
  } catch (error) {
    if (!(error instanceof OtherCommunityError || error instanceof CommandRefusedError)) throw error;
    throw new CommandFailure(
      `The community's days in ${folder.path} cannot go on: ${error.message}; \`gridbook start --fresh\` moves the ` +
        'folder aside and begins anew.',
      EXIT.failed,
      { cause: error },
    );
  } finally {
    progress.end();
  }
}

async function levelUp({ projector, ledger }: Running, { terminal }: CommandContext): Promise<void> {
  const progress = showProgress(terminal, 'Reading the ledger', 'blocks');
  try {
    await levelWith(projector, ledger.height(), (done, total) => progress.update(done, total));
  } finally {
    progress.end();
  }
}

async function tell(
  { database, ledger }: Running,
  folder: DataFolder,
  gateway: Gateway,
  { terminal, settings }: CommandContext,
): Promise<void> {
  const { style } = terminal;
  const [market] = await marketsOf(database);
  const stretch = market && (await settledStretch(database, market));
  if (market && stretch) {
    const day = lastDay(stretch, market);
    printSummary(terminal, await communityFigures(database, market, day), day);
    terminal.print();
    terminal.print(style.bold('Queries to paste:'));
    for (const { title, query } of await sampleQueries(database, market, day)) {
      terminal.print(style.dim(`# ${title}`));
      terminal.print(query);
    }
    terminal.print();
  }
  if (settings.jwks === undefined) {
    const tokens = await writeLocalTokens(folder, database);
    terminal.print(`Access tokens for ${tokens.map(({ title }) => title).join(', ')}: ${folder.tokens}`);
    if (terminal.isTerminal) {
      for (const { title, token } of tokens) terminal.print(`${style.dim(`# ${title}`)}\n${token}`);
    }
  }
  const { organisations = [] } = ledger.offline ?? {};
  for (const name of organisations) terminal.print(`${name} signs for itself: its key is not used here.`);
  terminal.print(`Data: ${folder.path} (${counted(ledger.height(), 'block')})`);
  terminal.print(style.bold(`GraphQL: ${gateway.url}`));
  if (!settings.isProduction)
    terminal.print(`Try queries in a browser: ${gateway.url.replace('/graphql', '/')}`);
}

/** The last local day in which anything is settled. */
function lastDay(stretch: Stretch, { timeZone }: MarketReference): Stretch {
  const day = DateTime.fromMillis(stretch.to - 1, { zone: timeZone })
    .startOf('day')
    .toMillis();
  return { from: Math.max(stretch.from, day), to: stretch.to };
}
