/** `gridbook network install`: Fabric's programs, from its release into the user's cache. */
import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  findPrograms,
  installPrograms,
  isAllowedAddress,
  ProgramsError,
  RELEASE,
  type Installation,
} from '../../../network/fabric/index.js';
import type { CommandContext } from '../context.js';
import { CommandFailure, EXIT, sentence } from '../exit.js';
import { showProgress } from '../progress.js';

interface InstallCommandOptions {
  readonly from?: string;
  readonly url?: URL;
  readonly sha256?: string;
  readonly force?: boolean;
}

const BYTES_IN_MB = 1_000_000;

export function addInstall(network: Command, context: CommandContext): void {
  network
    .command('install')
    .summary(`fetch Fabric ${RELEASE} into the user’s cache`)
    .description(
      `Puts peer, orderer and configtxgen of Fabric ${RELEASE} into $XDG_CACHE_HOME or ~/.cache, from the release that ` +
        'the Fabric project publishes for this platform. The SHA-256 of the archive must be the given one, or that of the ' +
        'first archive, which is kept beside the programs. Behind a proxy, or without a network, name an archive on disk.',
    )
    .addOption(new Option('--from <file>', 'archive on disk').conflicts('url'))
    .option(
      '--url <address>',
      'address of the archive on a mirror: https, or http on this machine',
      addressOf,
    )
    .option('--sha256 <hex>', 'SHA-256 that the archive must have', sha256Of)
    .option('--force', 'install also what is installed')
    .addHelpText(
      'after',
      '\nExamples:\n  gridbook network install\n  gridbook network install --from hyperledger-fabric-linux-amd64-3.1.5.tar.gz',
    )
    .action((options: InstallCommandOptions) => install(options, context));
}

function addressOf(text: string): URL {
  if (URL.canParse(text) && isAllowedAddress(new URL(text))) return new URL(text);
  throw new InvalidArgumentError('--url wants an https:// address; http:// is for this machine alone.');
}

function sha256Of(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text;
  throw new InvalidArgumentError('--sha256 wants 64 hex digits.');
}

async function install(options: InstallCommandOptions, context: CommandContext): Promise<void> {
  const { terminal, environment, signal } = context;
  const { url, sha256, force = false } = options;
  const bar = showProgress(terminal, 'Downloading', 'MB');
  let installation: Installation;
  try {
    installation = await installPrograms({
      ...{ environment, signal, force },
      ...(options.from === undefined ? {} : { from: resolve(options.from) }),
      ...(url === undefined ? {} : { url }),
      ...(sha256 === undefined ? {} : { sha256 }),
      progress: (done, total) => {
        if (total !== undefined) bar.update(Math.round(done / BYTES_IN_MB), Math.round(total / BYTES_IN_MB));
      },
    });
  } catch (error) {
    throw signal.aborted ? new CommandFailure('Interrupted.', EXIT.interrupted) : error;
  } finally {
    bar.end();
  }
  const { version, folder } = installation;
  if (installation.sha256 === undefined) {
    terminal.print(`Fabric ${version} is installed already in ${folder}; --force installs it again.`);
  } else {
    terminal.print(`Fabric ${version} is installed in ${folder}.`);
    terminal.print(`SHA-256 of the archive: ${installation.sha256}`);
  }
  await tellOthers(installation, context);
}

/** Programs in a place that is looked at before are the ones that run. */
async function tellOthers(
  { folder }: Installation,
  { terminal, environment }: CommandContext,
): Promise<void> {
  try {
    const { paths, version } = await findPrograms(environment);
    if (paths.peer.startsWith(folder)) return;
    terminal.note(`${paths.peer} of Fabric ${version} goes before it; see $FABRIC_BIN and PATH.`);
  } catch (error) {
    if (!(error instanceof ProgramsError)) throw error;
    terminal.note(sentence(`what goes before it: ${error.message}`));
  }
}
