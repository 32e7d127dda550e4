/** `gridbook network cert`: certificates that are about to end. */
import type { Command } from 'commander';
import { renewCertificates } from '../../../network/fabric/index.js';
import type { CommandContext } from '../context.js';
import { CommandFailure, EXIT } from '../exit.js';
import { fabricPrograms } from '../fabric-programs.js';
import { changing, inFolder, stepsOn, type DirOption } from './network-folder.js';

interface RenewOptions extends DirOption {
  readonly all?: boolean;
}

export function addNetworkCertificates(network: Command, context: CommandContext): void {
  const { terminal } = context;
  const cert = network
    .command('cert')
    .summary('certificates: renew')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  gridbook network cert renew                      # those that end within 30 days\n' +
        '  gridbook network cert renew peer0.Brightwater\n' +
        '  gridbook network cert renew --all',
    );
  inFolder(cert.command('renew'))
    .summary('issue certificates anew, and start each process with them, one after another')
    .description(
      'Of nodes, chaincode, and the administrators and roles of the organisations here: those that end within 30 days or have\n' +
        'ended. Their keys stay; `peer replace` and `orderer replace` make new ones. Transactions go on meanwhile; the channel\n' +
        'notes the new certificate of one orderer at a time. The earlier certificates are kept in the folder aside. Not renewed\n' +
        'are the authorities’ own certificates, and identities that were issued by a name: `identity issue` makes new ones.\n' +
        'A command that was interrupted goes on where it was when it is given again.',
    )
    .argument(
      '[name]',
      'of one alone, whenever they end, such as orderer1, chaincode.Brightwater or admin.Brightwater',
    )
    .option('--all', 'of all, whenever they end')
    .action(async (name: string | undefined, options: RenewOptions) => {
      const { all = false } = options;
      if (all && name !== undefined) throw new CommandFailure('Give a name or --all, not both.', EXIT.usage);
      const programs = await fabricPrograms(context);
      const renewed = await changing(options, (at) =>
        renewCertificates(
          { ...at, programs, step: stepsOn(terminal) },
          { all, now: new Date(), ...(name === undefined ? {} : { name }) },
        ),
      );
      if (renewed.length === 0) {
        terminal.print('No certificate ends within 30 days; --all renews them all the same.');
        return;
      }
      terminal.print(`Renewed: ${renewed.join(', ')}.`);
      terminal.print(
        'The authorities’ own certificates are not renewed. Gateways that run take up renewed clients’ certificates when they start again.',
      );
    });
}
