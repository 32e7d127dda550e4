/** `gridbook network identity`: client certificates of an organisation, issued and revoked. */
import type { Command } from 'commander';
import { issueIdentity, revokeIdentity } from '../../../network/fabric/index.js';
import { ROLES } from '../../../schema/command.js';
import { isRecordId } from '../../../schema/ids.js';
import type { CommandContext } from '../context.js';
import { CommandFailure, EXIT } from '../exit.js';
import { choiceOption } from '../options.js';
import { changing, inFolder, type DirOption } from './network-folder.js';

interface IdentityOptions extends DirOption {
  readonly org: string;
  readonly name: string;
}

export function addNetworkIdentities(network: Command, { terminal }: CommandContext): void {
  const identity = network
    .command('identity')
    .summary('client certificates: issue, revoke')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  gridbook network identity issue --org Brightwater --role HOST --name billing\n' +
        '  gridbook network identity revoke --org Brightwater --name billing',
    );
  const of = (command: Command): Command =>
    inFolder(command)
      .requiredOption('--org <name>', 'organisation whose authority is in the folder')
      .requiredOption('--name <name>', 'name of the identity', identityName);
  of(identity.command('issue'))
    .summary('issue a certificate with a role as its attribute')
    .requiredOption('--role <role>', 'its role', choiceOption('--role', ROLES))
    .action(async ({ org, name, role, dir }: IdentityOptions & { role: string }) => {
      const folder = await changing({ dir }, ({ layout, plan }) =>
        issueIdentity(layout, plan, { organisation: org, name, role }),
      );
      terminal.print(`${name} of ${org} is issued: certificate and private key are in ${folder}/msp`);
    });
  of(identity.command('revoke'))
    .summary('revoke a certificate: the channel takes nothing from it any more')
    .action(async ({ org, name, dir }: IdentityOptions) => {
      const aside = await changing({ dir }, ({ layout, plan }) =>
        revokeIdentity(layout, plan, { organisation: org, name }, new Date()),
      );
      terminal.print(`${name} of ${org} is revoked on the channel; its folder is now ${aside}`);
    });
}

function identityName(text: string): string {
  if (isRecordId(text)) return text;
  throw new CommandFailure('--name takes letters, digits, dot, dash and underline.', EXIT.usage);
}
