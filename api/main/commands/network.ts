/** `gridbook network`: a Hyperledger Fabric network of plain processes on this machine. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import {
  aloneIn,
  bringDown,
  bringUp,
  CONSENSUS,
  DEFAULT_PLAN,
  faultOfOrderers,
  Layout,
  networkStatus,
  ORDERERS,
  readPlan,
  restartNode,
  stopNode,
  upgradeChaincode,
  type Consensus,
  type ProcessStatus,
} from '../../../network/fabric/index.js';
import type { CommandContext } from '../context.js';
import { CommandFailure, EXIT, sentence } from '../exit.js';
import { fabricPrograms } from '../fabric-programs.js';
import { counted } from '../figures.js';
import { choiceOption, wholeOption } from '../options.js';
import { addNetworkBackups } from './network-backup.js';
import { addNetworkCertificates } from './network-cert.js';
import { addNetworkIdentities } from './network-identity.js';
import { addNetworkNodes } from './network-nodes.js';
import { addNetworkOrganisations } from './network-org.js';
import { addNetworkSigning } from './network-sign.js';
import type { Terminal } from '../terminal.js';
import { textTable } from '../text-table.js';
import {
  basePortOption,
  changing,
  existing,
  inFolder,
  listenOption,
  named,
  requireListening,
  stepsOn,
  type DirOption,
} from './network-folder.js';
import { addDoctor } from './network-doctor.js';
import { addNetworkImport } from './network-import.js';
import { addInstall } from './network-install.js';
import { addLogs } from './network-logs.js';

interface UpCommandOptions extends DirOption {
  readonly orgs: number;
  readonly peers: number;
  readonly orderers?: number;
  readonly consensus: Consensus;
  readonly basePort: number;
  readonly listen?: string;
}

export function addNetwork(program: Command, context: CommandContext): void {
  const network = program
    .command('network')
    .summary('run a Hyperledger Fabric network on this machine')
    .description(
      'Keys, channel, processes and chaincode of a Fabric network in one folder; plain processes, no containers. ' +
        'All organisations on one machine is the trial mode. Fabric v3.1 is found in $FABRIC_BIN, on PATH or in ' +
        'the user’s cache (gridbook/fabric/VERSION/bin), which `install` fills; `doctor` tells what is wrong.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  gridbook network install\n  gridbook network up\n  gridbook network status --json\n  gridbook network doctor\n  gridbook network logs peer0.Brightwater\n  gridbook network down --wipe',
    );
  addInstall(network, context);
  inFolder(network.command('up'))
    .summary('bring the network up, or finish what is missing')
    .option('--orgs <n>', 'organisations', wholeOption('--orgs', 1, 16), DEFAULT_PLAN.organisations)
    .option('--peers <n>', 'peers of each organisation', wholeOption('--peers', 1, 4), DEFAULT_PLAN.peers)
    .option(
      '--orderers <n>',
      `orderers (default: ${ORDERERS.raft.usual}, with bft ${ORDERERS.bft.usual})`,
      wholeOption('--orderers', 1, 7),
    )
    .option(
      '--consensus <kind>',
      'how orderers agree: raft bears some that fail, bft (4 or more) also some that lie',
      choiceOption('--consensus', CONSENSUS),
      'raft',
    )
    .addOption(basePortOption())
    .addOption(listenOption())
    .option('--json', 'print one object')
    .action((options: UpCommandOptions, command: Command) => {
      requireSame(options, command);
      return up(options, context);
    });
  inFolder(network.command('status'))
    .summary('a row a process')
    .description('Ends with 1 where a process does not run or is not well.')
    .option('--json', 'print one object')
    .action((options: DirOption) => status(options, context));
  addDoctor(network, context);
  addLogs(network, context);
  inFolder(network.command('stop'))
    .summary('end one process')
    .argument('<name>', 'name of the process')
    .action(async (name: string, options: DirOption) => {
      const ran = await changing(options, ({ layout, plan }) => stopNode(layout, named(plan, name)));
      context.terminal.print(ran ? `${name} is stopped` : `${name} was not running`);
    });
  inFolder(network.command('restart'))
    .summary('end one process and start it again')
    .argument('<name>', 'name of the process')
    .action(async (name: string, options: DirOption) => {
      const programs = await fabricPrograms(context);
      const pid = await changing(options, ({ layout, plan }) =>
        restartNode(layout, programs, plan, named(plan, name)),
      );
      context.terminal.print(`${name} runs with pid ${pid}`);
    });
  inFolder(network.command('down'))
    .summary('end every process that `up` started')
    .option('--wipe', 'remove the folder too, with all its data and keys')
    .action((options: DirOption & { wipe?: boolean }) => down(options, context.terminal));
  inFolder(network.command('upgrade'))
    .summary('serve the chaincode of this installation, and make its version the channel’s')
    .description(
      'Transactions go on meanwhile. Where organisations have folders of their own, each runs it; the one that completes the\n' +
        'majority makes it the channel’s.',
    )
    .action((options: DirOption) => upgrade(options, context));
  addNetworkOrganisations(network, context);
  addNetworkIdentities(network, context);
  addNetworkNodes(network, context);
  addNetworkCertificates(network, context);
  addNetworkSigning(network, context);
  addNetworkBackups(network, context);
  addNetworkImport(network, context);
}

/** A network that is there keeps its size: what was asked for and is not so is said, not passed over. */
function requireSame(options: UpCommandOptions, command: Command): void {
  const plan = readPlan(new Layout(resolve(options.dir)));
  if (!plan) return;
  const sizes = {
    orgs: plan.organisations.length,
    peers: plan.organisations[0].peers.length,
    orderers: plan.orderers.length,
  };
  for (const [name, size] of Object.entries(sizes) as [keyof typeof sizes, number][]) {
    if (command.getOptionValueSource(name) !== 'cli' || options[name] === size) continue;
    throw new CommandFailure(
      `The network in ${resolve(options.dir)} has ${size} ${name}; name another folder with --dir.`,
      EXIT.usage,
    );
  }
  if (command.getOptionValueSource('consensus') === 'cli' && options.consensus !== plan.consensus) {
    throw new CommandFailure(
      `The orderers in ${resolve(options.dir)} agree by ${plan.consensus}; name another folder with --dir.`,
      EXIT.usage,
    );
  }
  requireListening(plan, options.listen);
}

async function up(options: UpCommandOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const { orgs, peers, consensus, basePort, listen: host } = options;
  const { orderers = ORDERERS[consensus].usual } = options;
  const fault = faultOfOrderers(consensus, orderers);
  if (fault !== undefined) throw new CommandFailure(sentence(fault), EXIT.usage);
  const folder = resolve(options.dir);
  const began = performance.now();
  const seconds = (): string => ((performance.now() - began) / 1000).toFixed(1);
  const programs = await fabricPrograms(context);
  const plan = await aloneIn(new Layout(folder), () =>
    bringUp({
      ...{ folder, programs, basePort, peers, orderers, consensus, organisations: orgs, host },
      step: stepsOn(terminal),
    }),
  );
  if (options.json) terminal.json({ folder, seconds: Number(seconds()), plan });
  else {
    terminal.print(
      `The network runs: ${plan.organisations.map(({ name }) => name).join(', ')}; Fabric ${plan.fabric}${plan.remoteOrderers ? '' : '; trial mode, all on this machine'}.`,
    );
    terminal.print(`Folder: ${folder}`);
  }
}

async function upgrade(options: DirOption, context: CommandContext): Promise<void> {
  const programs = await fabricPrograms(context);
  const { definition, isCommitted } = await changing(options, ({ layout, plan }) =>
    upgradeChaincode(layout, plan, { programs, step: stepsOn(context.terminal) }),
  );
  context.terminal.print(
    isCommitted
      ? `The channel runs version ${definition.version} of the chaincode (definition ${definition.sequence}).`
      : `Version ${definition.version} waits for the approval of other organisations: each runs this command.`,
  );
}

const COLUMNS = [
  { title: 'Process', align: 'left' },
  { title: 'Role', align: 'left' },
  { title: 'Organisation', align: 'left' },
  { title: 'Pid', align: 'right' },
  { title: 'Port', align: 'right' },
  { title: 'Health', align: 'left' },
  { title: 'Height', align: 'right' },
  { title: 'Lag', align: 'right' },
  { title: 'Chaincode', align: 'right' },
] as const;

const definitionCell = ({ definition }: ProcessStatus): string =>
  definition ? `${definition.version} (${definition.sequence})` : '';

async function status(options: DirOption, context: CommandContext): Promise<void> {
  const { layout, plan } = existing(options);
  const { terminal } = context;
  const rows = await networkStatus(layout, plan);
  if (options.json) {
    const { fabric, channel, consensus } = plan;
    terminal.json({ fabric, channel, consensus, processes: rows });
  } else {
    const cell = (value: number | undefined): string => (value === undefined ? '' : String(value));
    const line = (row: ProcessStatus): string[] => [
      ...[row.name, row.role, row.organisation, cell(row.pid), String(row.port), row.health],
      ...[cell(row.height), cell(row.lag), definitionCell(row)],
    ];
    for (const text of textTable(COLUMNS, rows.map(line))) terminal.print(text);
  }
  if (rows.some(({ health }) => health !== 'ok')) context.endWith(EXIT.failed);
}

async function down(options: DirOption & { wipe?: boolean }, terminal: Terminal): Promise<void> {
  const { layout } = existing(options);
  const ended = await changing(options, () => bringDown(layout, { wipe: options.wipe === true }));
  terminal.print(`${counted(ended.length, 'process', 'processes')} ended`);
  if (options.wipe) terminal.print(`${layout.root} is removed`);
}
