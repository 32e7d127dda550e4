/** `gridbook network`: a Hyperledger Fabric network of plain processes on this machine. */
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { addNamed, type Loadable } from '../loadable.js';

/** In the order in which the help names them. */
const COMMANDS: readonly Loadable[] = [
  { names: ['install'], load: async () => (await import('./network-install.js')).addInstall },
  { names: ['up'], load: async () => (await import('./network-up.js')).addUp },
  {
    names: ['status', 'stop', 'restart', 'down', 'upgrade'],
    load: async () => (await import('./network-processes.js')).addProcesses,
  },
  { names: ['doctor'], load: async () => (await import('./network-doctor.js')).addDoctor },
  { names: ['logs'], load: async () => (await import('./network-logs.js')).addLogs },
  { names: ['org', 'join'], load: async () => (await import('./network-org.js')).addNetworkOrganisations },
  { names: ['identity'], load: async () => (await import('./network-identity.js')).addNetworkIdentities },
  { names: ['peer', 'orderer'], load: async () => (await import('./network-nodes.js')).addNetworkNodes },
  { names: ['cert'], load: async () => (await import('./network-cert.js')).addNetworkCertificates },
  { names: ['sign'], load: async () => (await import('./network-sign.js')).addNetworkSigning },
  {
    names: ['backup', 'restore', 'snapshot'],
    load: async () => (await import('./network-backup.js')).addNetworkBackups,
  },
  { names: ['import'], load: async () => (await import('./network-import.js')).addNetworkImport },
];

export async function addNetwork(
  program: Command,
  context: CommandContext,
  args: readonly string[],
): Promise<void> {
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
  await addNamed(COMMANDS, network, context, args);
}
