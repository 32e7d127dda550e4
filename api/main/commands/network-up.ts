/** `gridbook network up`. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import {
  aloneIn,
  bringUp,
  CONSENSUS,
  DEFAULT_PLAN,
  faultOfName,
  faultOfOrderers,
  Layout,
  ORDERERS,
  readPlan,
  type Consensus,
} from '../../../network/fabric/index.js';
import type { CommandContext } from '../context.js';
import { CommandFailure, EXIT, sentence } from '../exit.js';
import { fabricPrograms } from '../fabric-programs.js';
import { counted } from '../figures.js';
import { choiceOption, wholeOption } from '../options.js';
import {
  basePortOption,
  inFolder,
  listenOption,
  requireListening,
  stepsOn,
  type DirOption,
} from './network-folder.js';

interface UpCommandOptions extends DirOption {
  readonly orgs: number;
  readonly organisation?: string;
  readonly peers: number;
  readonly orderers?: number;
  readonly consensus: Consensus;
  readonly basePort: number;
  readonly listen?: string;
}

export function addUp(network: Command, context: CommandContext): void {
  inFolder(network.command('up'))
    .summary('bring the network up, or finish what is missing')
    .option('--orgs <n>', 'organisations', wholeOption('--orgs', 1, 16), DEFAULT_PLAN.organisations)
    .option('--organisation <name>', 'name of the first organisation, which is a host (default: Brightwater)')
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
}

/** A network that is there keeps its size: what was asked for and is not so is said, not passed over. */
function requireSame(options: UpCommandOptions, command: Command): void {
  const plan = readPlan(new Layout(resolve(options.dir)));
  if (!plan) return;
  const [first] = plan.organisations;
  const [orgs, peers, orderers] = [plan.organisations.length, first.peers.length, plan.orderers.length];
  const network = `The network in ${resolve(options.dir)}`;
  const facts = {
    orgs: [orgs, `${network} has ${counted(orgs, 'organisation')}`],
    peers: [peers, `${network} has ${counted(peers, 'peer')} of each organisation`],
    orderers: [orderers, `${network} has ${counted(orderers, 'orderer')}`],
    organisation: [first.name, `The first organisation in ${resolve(options.dir)} is ${first.name}`],
    consensus: [plan.consensus, `The orderers in ${resolve(options.dir)} agree by ${plan.consensus}`],
    basePort: [plan.basePort, `${network} has its ports from ${plan.basePort} on`],
  } as const;
  for (const [name, [fact, told]] of Object.entries(facts) as [keyof typeof facts, [unknown, string]][]) {
    // What an older plan does not tell is not compared.
    if (command.getOptionValueSource(name) !== 'cli' || fact === undefined || options[name] === fact)
      continue;
    throw new CommandFailure(`${told}; name another folder with --dir.`, EXIT.usage);
  }
  requireListening(plan, options.listen);
}

async function up(options: UpCommandOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const { orgs, organisation, peers, consensus, basePort, listen: host } = options;
  const { orderers = ORDERERS[consensus].usual } = options;
  const fault = faultOfOrderers(consensus, orderers) ?? faultOfName({ organisation, organisations: orgs });
  if (fault !== undefined) throw new CommandFailure(sentence(fault), EXIT.usage);
  const folder = resolve(options.dir);
  const began = performance.now();
  const seconds = (): string => ((performance.now() - began) / 1000).toFixed(1);
  const programs = await fabricPrograms(context);
  const plan = await aloneIn(new Layout(folder), () =>
    bringUp({
      ...{ folder, programs, basePort, peers, orderers, consensus, organisations: orgs, organisation, host },
      step: stepsOn(terminal),
    }),
  );
  if (options.json) terminal.json({ folder, seconds: Number(seconds()), plan });
  else {
    const names = plan.organisations.map(({ name }) => name);
    // One alone begins a consortium; several whose keys lie in one folder are a trial.
    const mode = names.length > 1 ? '; trial mode, all on this machine' : '';
    terminal.print(`The network runs: ${names.join(', ')}; Fabric ${plan.fabric}${mode}.`);
    terminal.print(`Folder: ${folder}`);
  }
}
