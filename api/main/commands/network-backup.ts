/** `gridbook network backup`, `restore` and `snapshot`: copies of a network, and what comes back from them. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import {
  backupNetwork,
  Layout,
  peerNamed,
  rebuildPeer,
  restoreNetwork,
  takeSnapshot,
  type NetworkBackup,
} from '../../../network/fabric/index.js';
import type { CommandContext } from '../context.js';
import { CommandFailure, EXIT } from '../exit.js';
import { fabricPrograms } from '../fabric-programs.js';
import { counted } from '../figures.js';
import { changing, existing, inFolder, stepsOn, type DirOption } from './network-folder.js';

interface RestoreOptions extends DirOption {
  readonly snapshot?: string;
  readonly peer?: string;
}

export function addNetworkBackups(network: Command, context: CommandContext): void {
  inFolder(network.command('backup'))
    .summary('copy the network into a new folder, also while transactions flow')
    .description(
      'Copies plan, keys and settings, then the data of each peer in turn and of one orderer for all of them, each stopped for ' +
        'as long as its copy takes. The destination must not exist; it appears whole. It holds private keys: keep it as you keep them.',
    )
    .argument('<destination>', 'folder that is made')
    .option('--json', 'print one object')
    .addHelpText('after', '\nExample:\n  gridbook network backup ./backups/monday')
    .action((destination: string, options: DirOption) => backup(resolve(destination), options, context));
  inFolder(network.command('restore'))
    .summary('put a backup back, or begin one peer anew from a snapshot')
    .description(
      'A backup goes into a folder that does not exist yet, after every file of it was compared with what was copied; ' +
        '`network up` then starts it. With --snapshot and --peer, one peer of the network moves its data aside, takes the ' +
        'state of the snapshot and catches up; before it endorses, each key is compared with what the channel’s blocks give. It ' +
        'then has no blocks from before the snapshot.',
    )
    .argument('[backup]', 'folder that `network backup` made')
    .option('--snapshot <dir>', 'folder that `network snapshot` made')
    .option('--peer <name>', 'peer that begins anew from it')
    .option('--json', 'print one object')
    .addHelpText(
      'after',
      '\nExamples:\n  gridbook network restore ./backups/monday --dir ./gridbook-network\n' +
        '  gridbook network restore --snapshot ./snapshot --peer peer0.Gridline',
    )
    .action((from: string | undefined, options: RestoreOptions) => restore(from, options, context));
  inFolder(network.command('snapshot'))
    .summary('have a peer write down its state, from which another can begin')
    .argument('[peer]', 'name of the peer (default: the first)')
    .option('--output <dir>', 'folder that is made (default: it stays in the peer’s data)')
    .option('--json', 'print one object')
    .addHelpText('after', '\nExample:\n  gridbook network snapshot peer0.Brightwater --output ./snapshot')
    .action((name: string | undefined, options: DirOption & { output?: string }) =>
      snapshot(name, options, context),
    );
}

async function backup(destination: string, options: DirOption, context: CommandContext): Promise<void> {
  const programs = await fabricPrograms(context);
  const made = await changing(options, ({ layout, plan }) =>
    backupNetwork(layout, plan, destination, { programs, step: stepsOn(context.terminal) }),
  );
  tell('Copied', made, destination, options, context);
}

async function restore(
  from: string | undefined,
  options: RestoreOptions,
  context: CommandContext,
): Promise<void> {
  const { snapshot: folder, peer: name } = options;
  if ((folder === undefined) !== (name === undefined) || (from === undefined) === (folder === undefined)) {
    throw new CommandFailure(
      'Name a backup, or a snapshot with --snapshot and a peer with --peer.',
      EXIT.usage,
    );
  }
  if (folder === undefined || name === undefined) {
    const layout = new Layout(resolve(options.dir));
    const restored = await restoreNetwork(resolve(from as string), layout);
    tell('Restored', restored, layout.root, options, context);
    return;
  }
  const programs = await fabricPrograms(context);
  const aside = await changing(options, ({ layout, plan }) =>
    rebuildPeer(layout, plan, peerNamed(plan, name), resolve(folder), {
      ...{ programs, step: stepsOn(context.terminal), nowMs: Date.now() },
    }),
  );
  if (options.json) context.terminal.json({ peer: name, aside });
  else {
    context.terminal.print(`${name} has the state of the others; its old data is in ${aside}.`);
    context.terminal.print('It has no blocks from before the snapshot: those are read from other peers.');
  }
}

async function snapshot(
  name: string | undefined,
  options: DirOption & { readonly output?: string },
  { terminal }: CommandContext,
): Promise<void> {
  const { layout, plan } = existing(options);
  const [first] = plan.organisations;
  const { host } = plan;
  const owned =
    name === undefined ? { host, organisation: first, peer: first.peers[0] } : peerNamed(plan, name);
  const output = options.output === undefined ? undefined : resolve(options.output);
  const made = await takeSnapshot(layout, owned, output);
  if (options.json) terminal.json(made);
  else {
    terminal.print(`The state of ${counted(made.height, 'block')} is in ${made.folder}`);
    terminal.print(`Commit hash ${made.commitHash}`);
  }
}

function tell(
  verb: string,
  { files, ...facts }: NetworkBackup,
  where: string,
  options: DirOption,
  { terminal }: CommandContext,
): void {
  if (options.json) {
    terminal.json({ ...facts, folder: where, files: files.length });
    return;
  }
  const nodes = counted(facts.nodes.length, 'node');
  terminal.print(
    `${verb} ${nodes}, ${counted(files.length, 'file')}, ${counted(facts.bytes, 'byte')}: ${where}`,
  );
}
