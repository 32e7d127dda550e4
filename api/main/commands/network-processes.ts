/** `gridbook network status|stop|restart|down|upgrade`: the processes of a folder. */
import type { Command } from 'commander';
import {
  bringDown,
  networkStatus,
  restartNode,
  stopNode,
  upgradeChaincode,
  type ProcessStatus,
} from '../../../network/fabric/index.js';
import type { CommandContext } from '../context.js';
import { EXIT } from '../exit.js';
import { fabricPrograms } from '../fabric-programs.js';
import { counted } from '../figures.js';
import type { Terminal } from '../terminal.js';
import { textTable } from '../text-table.js';
import { changing, existing, inFolder, named, stepsOn, type DirOption } from './network-folder.js';

export function addProcesses(network: Command, context: CommandContext): void {
  inFolder(network.command('status'))
    .summary('a row a process')
    .description('Ends with 1 where a process does not run or is not well.')
    .option('--json', 'print one object')
    .action((options: DirOption) => status(options, context));
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
