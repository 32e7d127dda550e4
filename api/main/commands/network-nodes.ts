/** `gridbook network peer` and `orderer`: nodes that come into a network which runs. */
import type { Command } from 'commander';
import {
  addOrderer,
  addPeer,
  replaceOrderer,
  replacePeer,
  type NodeWork,
} from '../../../network/fabric/index.js';
import type { CommandContext } from '../context.js';
import { fabricPrograms } from '../fabric-programs.js';
import type { Terminal } from '../terminal.js';
import { changing, inFolder, stepsOn, type DirOption } from './network-folder.js';

interface AddOptions extends DirOption {
  readonly name?: string;
}

type Work = <T>(options: DirOption, work: (at: NodeWork) => Promise<T>) => Promise<T>;

const GOES_ON =
  'Transactions go on meanwhile. A command that was interrupted goes on where it was when it is given again.';

export function addNetworkNodes(network: Command, context: CommandContext): void {
  const { terminal } = context;
  const work: Work = async (options, change) => {
    const programs = await fabricPrograms(context);
    return changing(options, (at) => change({ ...at, programs, step: stepsOn(terminal) }));
  };
  addPeers(network, terminal, work);
  addOrderers(network, terminal, work);
}

function addPeers(network: Command, terminal: Terminal, work: Work): void {
  const peer = network
    .command('peer')
    .summary('peers of the organisations here: add, replace')
    .description(GOES_ON)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  gridbook network peer add --org Brightwater\n' +
        '  gridbook network peer replace peer0.Brightwater',
    );
  inFolder(peer.command('add'))
    .summary('one more peer of an organisation')
    .description(
      'Its keys, settings and process; it joins the channel, gets every block from the orderers, and its chaincode answers.\n' +
        'Gateways that run make use of it from then on.',
    )
    .requiredOption('--org <name>', 'organisation whose keys are in the folder')
    .option('--name <name>', 'its name (default: the next one, such as peer1)')
    .action(async (options: AddOptions & { org: string }) => {
      const { org: organisation, name } = options;
      const made = await work(options, (at) => addPeer(at, { organisation, ...(name ? { name } : {}) }));
      terminal.print(`${made} is a peer of the channel, and endorses.`);
    });
  inFolder(peer.command('replace'))
    .summary('a new peer in the place of one that lost its keys or its disk')
    .description(
      'It is stopped, and what is left of its keys and data is moved aside, into the folder aside; nothing is deleted. With new\n' +
        'keys it starts empty under its name and on its ports, and gets every block from the orderers. Refused where they do\n' +
        'not have all blocks. While the only peer of an organisation is replaced, the others endorse without it.',
    )
    .argument('<name>', 'name of its process, such as peer0.Brightwater')
    .action(async (name: string, options: DirOption) => {
      const aside = await work(options, (at) => replacePeer(at, name));
      terminal.print(`${name} is a peer of the channel again. What it had before is in ${aside}.`);
    });
}

function addOrderers(network: Command, terminal: Terminal, work: Work): void {
  const orderer = network
    .command('orderer')
    .summary('raft orderers of the folder: add, replace')
    .description(`${GOES_ON} Orderers come and go one at a time.`)
    .addHelpText(
      'after',
      '\nExamples:\n  gridbook network orderer add\n  gridbook network orderer replace orderer1',
    );
  inFolder(orderer.command('add'))
    .summary('one more orderer')
    .description(
      'It first gets every block from the others, and only then a say: the channel takes it and its address by an update that\n' +
        'the orderers’ administrator signs. Refused while so few of the others answer that the channel would stand still.\n' +
        'One that becomes two makes transactions wait for a moment, up to ten seconds.',
    )
    .option('--name <name>', 'its name (default: the next one, such as orderer3)')
    .action(async (options: AddOptions) => {
      const made = await work(options, (at) => addOrderer(at, options.name));
      terminal.print(`${made} orders for the channel.`);
    });
  inFolder(orderer.command('replace'))
    .summary('a new orderer in the place of one that lost its keys or its disk')
    .description(
      'The channel first takes its say from it; then it is stopped, and what is left of its keys and data is moved aside, into\n' +
        'the folder aside; nothing is deleted. With new keys it comes in under its name and on its ports as a new one does.\n' +
        'Refused where the others alone are too few to agree.',
    )
    .argument('<name>', 'name of its process, such as orderer1')
    .action(async (name: string, options: DirOption) => {
      const aside = await work(options, (at) => replaceOrderer(at, name));
      terminal.print(`${name} orders for the channel again. What it had before is in ${aside}.`);
    });
}
