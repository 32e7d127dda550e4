/** `gridbook network org` and `network join`: how organisations with keys of their own come together in one channel. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import {
  acceptInvitation,
  Administration,
  adding,
  describeUpdate,
  whyNotSigned,
  invitationFor,
  isOrganisationName,
  newOrganisation,
  readDefinition,
  readInvitation,
  readUpdate,
  removing,
  retire,
  startNetwork,
  type Layout,
  type NetworkPlan,
  type UpdateResult,
} from '../../../network/fabric/index.js';
import { ROLES } from '../../../schema/command.js';
import type { CommandContext } from '../context.js';
import { CommandFailure, EXIT, sentence } from '../exit.js';
import { fabricPrograms } from '../fabric-programs.js';
import { counted } from '../figures.js';
import { choiceOption, wholeOption } from '../options.js';
import { requireWritable } from '../output-file.js';
import {
  changing,
  existing,
  inFolder,
  listenOption,
  requireListening,
  stepsOn,
  type DirOption,
} from './network-folder.js';

interface NewOptions extends DirOption {
  readonly name: string;
  readonly role: string;
  readonly peers: number;
  readonly basePort: number;
  readonly listen?: string;
  readonly output?: string;
}
/** What came of an update; `TAKEN` where the channel has it already, nothing where it was only shown. */
type Worked = UpdateResult | 'TAKEN' | undefined;
interface UpdateOptions extends DirOption {
  readonly output?: string;
}

export function addNetworkOrganisations(network: Command, context: CommandContext): void {
  const org = network
    .command('org')
    .summary('organisations of the channel: new, add, sign, remove')
    .description(
      'An organisation makes its keys where they stay (`org new`) and gives others its public definition. One that takes part\n' +
        'proposes it (`org add`), as many more sign as the channel asks for (`org sign`), each in its own place. Whoever adds\n' +
        'the last signature gets the invitation with which the new one joins (`network join`).',
    )
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  gridbook network org new --name SunCo --role HOST --dir ./sunco      # at SunCo: writes SunCo.organisation.json\n' +
        '  gridbook network org add SunCo.organisation.json                     # at an organisation that takes part\n' +
        '  gridbook network org sign SunCo.update.json --dir ./other            # at another one, if signatures are missing\n' +
        '  gridbook network join SunCo.invitation.json --dir ./sunco            # at SunCo',
    );
  inFolder(org.command('new'))
    .summary('make an organisation with keys of its own')
    .requiredOption('--name <name>', 'its name, which is its MSP id', organisationName)
    .option('--role <role>', 'role of its client', choiceOption('--role', ROLES), 'HOST')
    .option('--peers <n>', 'its peers', wholeOption('--peers', 1, 4), 1)
    .option('--base-port <port>', 'first port to try', wholeOption('--base-port', 1_024, 65_000), 8_050)
    .addOption(listenOption())
    .option('--output <file>', 'its public definition (default: NAME.organisation.json)')
    .action((options: NewOptions) => create(options, context));
  inFolder(org.command('add'))
    .summary('propose an organisation, and add it where this folder’s signatures suffice')
    .argument('<file>', 'its public definition')
    .option('--output <file>', 'what comes of it (default: NAME.update.json or NAME.invitation.json)')
    .action(async (file: string, options: UpdateOptions) => {
      const definition = readDefinition(resolve(file));
      requireOutput(options);
      await change(options, context, definition.name, async (at) =>
        at.propose(adding(await at.config(), definition), definition.name),
      );
    });
  inFolder(org.command('remove'))
    .summary('propose that an organisation no longer takes part')
    .argument('<name>', 'its name')
    .option('--output <file>', 'the update, where signatures are missing (default: NAME.update.json)')
    .action((name: string, options: UpdateOptions) =>
      change(options, context, name, async (at) => {
        const config = await at.config();
        const { plan } = existing(options);
        const known = [...plan.organisations, ...(plan.removed ?? [])].map((each) => each.name);
        // It was signed elsewhere, or what is to be done here was interrupted.
        if (known.includes(name) && !(await at.members()).includes(name)) return 'TAKEN';
        return at.propose(removing(config, name), name);
      }),
    );
  inFolder(org.command('sign'))
    .summary('sign an update that another organisation proposed')
    .argument('<file>', 'the update')
    .option('--output <file>', 'what comes of it (default: the same file, or NAME.invitation.json)')
    .option('--show', 'say what it does, and sign nothing')
    .action(async (file: string, options: UpdateOptions & { show?: boolean }) => {
      const pending = readUpdate(resolve(file));
      requireOutput(options);
      await change({ output: file, ...options }, context, pending.subject, async (at) => {
        const config = await at.config();
        const what = describeUpdate(config, pending);
        if (what === undefined)
          throw new CommandFailure(sentence(whyNotSigned(config, pending)), EXIT.failed);
        context.terminal.print(`This update ${what}.`);
        return options.show ? undefined : at.sign(pending);
      });
    });
  inFolder(network.command('join'))
    .summary('join a channel by its invitation')
    .argument('<file>', 'the invitation')
    .addOption(listenOption())
    .action((file: string, options: DirOption & { listen?: string }) => join(file, options, context));
}

function organisationName(text: string): string {
  if (isOrganisationName(text)) return text;
  throw new CommandFailure('--name takes letters, digits, dot and dash, at most 64 of them.', EXIT.usage);
}

async function create(options: NewOptions, { terminal, environment }: CommandContext): Promise<void> {
  const { name, role, peers, basePort, listen: host } = options;
  const output = resolve(options.output ?? `${name}.organisation.json`);
  refuseToOverwrite(output);
  requireWritable(output);
  const { version } = await fabricPrograms({ environment });
  const folder = resolve(options.dir);
  const definition = await newOrganisation({ folder, name, role, peers, basePort, host }, version);
  writeFileSync(output, `${JSON.stringify(definition, undefined, 2)}\n`);
  terminal.print(`${name} is made in ${folder}; its keys stay there.`);
  terminal.print(`Give ${output} to an organisation that takes part in the channel.`);
}

async function change(
  options: UpdateOptions,
  { terminal }: CommandContext,
  subject: string,
  work: (at: Administration) => Promise<Worked>,
): Promise<void> {
  await changing(options, ({ layout, plan }) => changeOf(layout, plan, options, terminal, subject, work));
}

async function changeOf(
  layout: Layout,
  plan: NetworkPlan,
  options: UpdateOptions,
  terminal: CommandContext['terminal'],
  subject: string,
  work: (at: Administration) => Promise<Worked>,
): Promise<void> {
  const at = new Administration(layout, plan);
  try {
    const result = await work(at);
    if (!result) return;
    if (result === 'TAKEN') {
      terminal.print(`${subject} takes no part in the channel.`);
      await dismiss(layout, plan, subject, terminal);
      return;
    }
    const { pending, signedBy, needed, isDone } = result;
    const enough = `${needed} ${needed === 1 ? 'is' : 'are'} ${isDone ? 'enough' : 'needed'}`;
    terminal.print(`Signed by ${signedBy.join(', ')}: ${counted(signedBy.length, 'signature')}, ${enough}.`);
    if (!isDone) {
      const output = resolve(options.output ?? `${subject}.update.json`);
      writeFileSync(output, `${JSON.stringify(pending, undefined, 2)}\n`);
      terminal.print(`Give ${output} to another organisation: gridbook network org sign FILE`);
      return;
    }
    terminal.print('The channel has taken the update.');
    if (result.takesPart) invite(layout, plan, subject, options, terminal);
    else await dismiss(layout, plan, subject, terminal);
  } finally {
    at.close();
  }
}

/** An organisation that was added is invited. */
function invite(
  layout: Layout,
  plan: NetworkPlan,
  subject: string,
  options: UpdateOptions,
  terminal: CommandContext['terminal'],
): void {
  const isOwnFile = options.output !== undefined && !existsSync(resolve(options.output));
  const output = resolve(isOwnFile ? (options.output as string) : `${subject}.invitation.json`);
  writeFileSync(output, `${JSON.stringify(invitationFor(layout, plan, subject), undefined, 2)}\n`);
  terminal.print(`Give ${output} to ${subject}: gridbook network join FILE`);
}

/** What this folder runs of an organisation that was removed is ended, unless the folder is its own. */
async function dismiss(
  layout: Layout,
  plan: NetworkPlan,
  subject: string,
  terminal: CommandContext['terminal'],
): Promise<void> {
  const retired = await retire(layout, plan, subject, new Date());
  if (retired) {
    const { ended, aside } = retired;
    terminal.print(
      `${counted(ended.length, 'process', 'processes')} of ${subject} ended; its keys and data are in ${aside}.`,
    );
  } else if (plan.organisations.some(({ name }) => name === subject))
    terminal.print('What this folder runs goes on as it is: `gridbook network down` ends it.');
}

async function join(
  file: string,
  options: DirOption & { listen?: string },
  context: CommandContext,
): Promise<void> {
  const programs = await fabricPrograms(context);
  await changing(options, async ({ layout, plan }) => {
    requireListening(plan, options.listen);
    const joined = acceptInvitation(layout, plan, readInvitation(resolve(file)));
    await startNetwork(layout, joined, { programs, step: stepsOn(context.terminal) });
    context.terminal.print(`${plan.organisations[0].name} takes part in the channel ${plan.channel}.`);
  });
}

/** What comes of an update is not lost for want of a place for it. */
function requireOutput({ output }: UpdateOptions): void {
  if (output !== undefined) requireWritable(output);
}

function refuseToOverwrite(path: string): void {
  if (existsSync(path) && readFileSync(path).length > 0)
    throw new CommandFailure(`${path} is there already; name another file with --output.`, EXIT.usage);
}
