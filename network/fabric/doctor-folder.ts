/** What the doctor looks at in a network's folder: whether it is whole, and whether its records are of processes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listed, type Finding } from './doctor-finding.js';
import type { Layout } from './layout.js';
import { ORDERER_ORGANISATION, type NetworkPlan } from './plan.js';
import { processNames, runningPid } from './processes.js';

interface Pair {
  readonly name: string;
  readonly certificate: string;
  readonly key: string;
}
interface Keys {
  readonly authority: Pair;
  readonly issued: readonly Pair[];
}

const FOLDER = 'Folder';
const ANEW = 'bring it back from a copy, or make a new network: `gridbook network down --wipe`, then `up`';

/** A folder without a plan that can be read; who has named it expects a network there. */
export function unplannedFinding(layout: Layout, isNamed = false): Finding {
  if (existsSync(layout.plan)) {
    return {
      ...{ check: FOLDER, verdict: 'problem' },
      sentence: `${layout.plan} is no plan of this version of Gridbook: ${ANEW.replace('`gridbook network down --wipe`', 'remove the folder')}.`,
    };
  }
  if (existsSync(join(layout.root, 'organisations'))) {
    return {
      ...{ check: FOLDER, verdict: 'problem' },
      sentence: `${layout.root} has keys but no network.json: bring it back from a copy, or remove the folder.`,
    };
  }
  if (isNamed) {
    return {
      ...{ check: FOLDER, verdict: 'warning' },
      sentence: `There is no network in ${layout.root}: name its folder with --dir; \`gridbook network up\` makes a new one.`,
    };
  }
  return {
    ...{ check: FOLDER, verdict: 'ok' },
    sentence: `There is no network in ${layout.root}; \`gridbook network up\` makes one.`,
  };
}

/** Whether everything that `up` makes before it starts processes is there. */
export function folderFinding(layout: Layout, plan: NetworkPlan): Finding {
  const keys = keysOf(layout, plan);
  const pairs = keys.flatMap(({ authority, issued }) => [authority, ...issued]);
  const lost = lostIn(keys);
  if (lost.length > 0) {
    return { check: FOLDER, verdict: 'problem', sentence: `The key of ${listed(lost)} is lost: ${ANEW}.` };
  }
  const missing = pairs.filter(({ certificate }) => !existsSync(certificate));
  if (missing.length > 0) {
    return {
      ...{ check: FOLDER, verdict: 'warning' },
      sentence: `Keys of ${listed(missing.map(({ name }) => name))} are not made yet: \`gridbook network up\` makes them.`,
    };
  }
  if (!existsSync(layout.genesisBlock)) {
    return {
      ...{ check: FOLDER, verdict: 'warning' },
      sentence: 'The channel’s first block is not made yet: `gridbook network up` makes it.',
    };
  }
  if (existsSync(layout.genesisDraft)) {
    return {
      ...{ check: FOLDER, verdict: 'warning' },
      sentence: `${layout.genesisDraft} is left of an interrupted \`up\`: remove it.`,
    };
  }
  return {
    ...{ check: FOLDER, verdict: 'ok' },
    sentence: `${layout.root}: the plan, ${pairs.length} pairs of keys and the channel’s first block are there.`,
  };
}

/** What `up` cannot make again: the key beside a certificate, and the authority of certificates. */
function lostIn(keys: readonly Keys[]): string[] {
  return keys.flatMap(({ authority, issued }) => [
    ...[authority, ...issued]
      .filter(({ certificate, key }) => existsSync(certificate) && !existsSync(key))
      .map(({ name }) => name),
    ...(!existsSync(authority.certificate) && issued.some(({ certificate }) => existsSync(certificate))
      ? [authority.name]
      : []),
  ]);
}

const tls = (name: string, folder: string): Pair => ({
  ...{ name: `${name} (TLS)`, certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') },
});
const identity = (name: string, folder: string): Pair => ({
  name,
  certificate: join(folder, 'msp', 'signcerts', 'cert.pem'),
  key: join(folder, 'msp', 'keystore', 'key.pem'),
});

function keysOf(layout: Layout, plan: NetworkPlan): Keys[] {
  const of = (
    organisation: string,
    nodes: readonly { readonly name: string; readonly folder: string }[],
    clients: readonly string[],
  ): Keys => ({
    authority: {
      ...tls('', join(layout.organisation(organisation), 'ca')),
      name: `the authority of ${organisation}`,
    },
    issued: [
      ...nodes.flatMap(({ name, folder }) => [
        identity(`${name}.${organisation}`, folder),
        tls(`${name}.${organisation}`, join(folder, 'tls')),
      ]),
      ...clients.map((name) => identity(`${name} of ${organisation}`, layout.identity(organisation, name))),
    ],
  });
  const orderers = plan.orderers.map((orderer) => ({
    ...{ name: orderer.name, folder: layout.orderer(orderer).folder },
  }));
  return [
    // One that was invited has the orderers' certificate, and none of their keys.
    ...(orderers.length > 0 ? [of(ORDERER_ORGANISATION, orderers, ['admin'])] : []),
    ...plan.organisations.map((organisation) => {
      const { name, role, peers } = organisation;
      const nodes = peers.map((peer) => ({
        name: peer.name,
        folder: layout.peer(organisation, peer).folder,
      }));
      const { authority, issued } = of(name, nodes, ['admin', role]);
      const chaincode = tls(`chaincode.${name}`, join(layout.organisation(name), 'chaincode', 'tls'));
      return { authority, issued: [...issued, chaincode] };
    }),
  ];
}

/** A process that was stopped leaves no record: one that is there without its process ended by itself. */
export function recordsFinding(layout: Layout): Finding {
  const gone = processNames(layout).filter((name) => runningPid(layout, name) === undefined);
  if (gone.length === 0) {
    return { check: 'Records', verdict: 'ok', sentence: 'Every recorded process runs.' };
  }
  return {
    ...{ check: 'Records', verdict: 'warning' },
    sentence: `${listed(gone)} ended without being stopped: see \`gridbook network logs ${gone[0]}\`; \`gridbook network up\` starts what is missing.`,
  };
}
