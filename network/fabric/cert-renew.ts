/**
 * Certificates that are about to end are issued anew, of the same keys, by the authorities of the folder; each process
 * then starts anew, one after another, while the network goes on. As the keys stay, whoever knows a node by its key
 * knows it before and after. What was interrupted is seen by what processes show and by what the channel has, and goes
 * on when it is given again.
 */
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { PING } from '../../schema/contract.js';
import { renewed } from '../x509/renew.js';
import { asideName, copyAside } from './aside.js';
import {
  holdersOf,
  isAnother,
  isDue,
  isWhole,
  shownAt,
  type CertificateFile,
  type CertificateHolder,
  type HolderNode,
} from './certificate-holders.js';
import { ChainSource } from './chain-source.js';
import { admitting, consentersOf } from './consenters.js';
import { Consortium } from './consortium.js';
import { restartNode } from './down.js';
import { NameError, NetworkError, RefusedError } from './errors.js';
import { notBefore, write } from './keys.js';
import { untilLevel } from './levelling.js';
import { LOOPBACK } from './listen-address.js';
import type { NodeWork } from './node-work.js';
import { ordererName, peerName } from './nodes.js';
import { OrdererAdministration } from './orderer-administration.js';
import {
  CHAINCODE,
  type NetworkPlan,
  type OrdererPlan,
  type OrganisationPlan,
  type PeerPlan,
} from './plan.js';
import { runningPid } from './processes.js';
import { consenterHeight, requireQuorum } from './quorum.js';
import { untilDone } from './waiting.js';
import { whileRunning } from './while-running.js';

export interface RenewOptions {
  /** Of this holder alone, whenever they end. */
  readonly name?: string;
  /** Of all holders, whenever they end. */
  readonly all?: boolean;
  readonly now: Date;
}

/** Answers whose certificates it renewed. */
export async function renewCertificates(work: NodeWork, options: RenewOptions): Promise<string[]> {
  const { name, all = false, now } = options;
  const holders = holdersOf(work.layout, work.plan);
  const chosen = name === undefined ? holders : holders.filter((holder) => holder.name === name);
  if (chosen.length === 0)
    throw new NameError(
      `nobody called ${name} has certificates of this folder's authorities: they are of nodes, such as ${holders.at(-1)?.name}, and of clients, such as ${holders[0].name}`,
    );
  if (chosen.every(({ node }) => keepsIts(work.plan, node)))
    throw new RefusedError(
      `certificates of orderers that agree by BFT are not renewed yet: ${name} keeps its`,
    );
  const isWanted = (holder: CertificateHolder): boolean =>
    !keepsIts(work.plan, holder.node) && (all || name !== undefined || isDue(holder, now.getTime()));
  const wanted = chosen.filter(isWanted);
  // All are looked at before the first is touched.
  for (const holder of wanted) requireWhole(holder);
  const aside = asideName('certificates', now);
  const issue = async (holder: CertificateHolder): Promise<void> => {
    for (const file of holder.files) await renew(work, holder, file, aside);
    work.step(`${holder.name} has new certificates`);
  };
  // Whom nobody talks to any more waits for nobody, and nobody for it.
  const ended = await withEnded(work, chosen, now);
  for (const holder of ended) {
    if (wanted.includes(holder)) await issue(holder);
    await restartNode(work.layout, work.programs, work.plan, holder.name);
    work.step(`${holder.name}, whose certificate had ended, runs with them`);
  }
  for (const holder of chosen) {
    const isRenewed = wanted.includes(holder);
    if (keepsIts(work.plan, holder.node)) continue;
    if (isRenewed && !ended.includes(holder)) await issue(holder);
    if (holder.node) await takeUp(work, holder, holder.node, isRenewed);
  }
  return wanted.map((holder) => holder.name);
}

/** With BFT the others know an orderer by more than its key, and the change is not made here. */
const keepsIts = ({ consensus }: NetworkPlan, node?: HolderNode): boolean =>
  node?.is === 'orderer' && consensus !== 'raft';

/** Chaincode is called by its own peer alone. */
const hostOf = ({ host }: NetworkPlan, { is }: HolderNode): string => (is === 'chaincode' ? LOOPBACK : host);

/** Those whose process runs and shows a certificate that has ended. */
async function withEnded(
  { layout, plan }: NodeWork,
  holders: readonly CertificateHolder[],
  now: Date,
): Promise<CertificateHolder[]> {
  const ended = await Promise.all(
    holders.map(async ({ name, node }) => {
      if (!node || keepsIts(plan, node) || runningPid(layout, name) === undefined) return false;
      const shown = await untilDone(`${name} does not answer`, () => shownAt(hostOf(plan, node), node.port));
      return Date.parse(shown.validTo) < now.getTime();
    }),
  );
  return holders.filter((_, i) => ended[i]);
}

function requireWhole({ name, files, node }: CertificateHolder): void {
  if (files.every(isWhole)) return;
  const how =
    node?.is === 'peer' || node?.is === 'orderer'
      ? `\`gridbook network ${node.is} replace ${name}\` makes it new ones`
      : 'bring them back from a copy';
  throw new NetworkError(`a certificate of ${name} or its key is lost or damaged: ${how}`);
}

async function renew(
  { layout }: NodeWork,
  { authority }: CertificateHolder,
  { certificate }: CertificateFile,
  aside: string,
): Promise<void> {
  const ca = join(layout.organisation(authority), 'ca');
  const pair = {
    certificatePem: readFileSync(join(ca, 'cert.pem'), 'utf8'),
    keyPem: readFileSync(join(ca, 'key.pem'), 'utf8'),
  };
  const made = await renewed(pair, readFileSync(certificate, 'utf8'), notBefore());
  copyAside(layout, aside, certificate);
  const draft = `${certificate}.new`;
  write(draft, made);
  renameSync(draft, certificate);
}

/** A node that shows another certificate than it has starts anew; the next one's turn comes when it is well. */
async function takeUp(
  work: NodeWork,
  holder: CertificateHolder,
  node: HolderNode,
  isRenewed: boolean,
): Promise<void> {
  const { layout, step } = work;
  if (runningPid(layout, holder.name) === undefined) {
    // The channel knows an orderer by its key, and notes its certificate the next time.
    if (isRenewed)
      step(
        `${holder.name} does not run; \`gridbook network up\` or \`restart\` starts it with its certificates`,
      );
    return;
  }
  const host = hostOf(work.plan, node);
  const shown = await untilDone(`${holder.name} does not answer`, () => shownAt(host, node.port));
  if (isAnother(holder, shown)) await startAnew(work, holder, node);
  // Of an only orderer nobody can agree to the change.
  if (node.is === 'orderer' && work.plan.orderers.length > 1) await known(work, node.orderer);
  else if (node.is === 'orderer' && isRenewed)
    step(
      `the channel keeps the earlier certificate of ${holder.name}, its only orderer, and knows it by its key`,
    );
}

async function startAnew(work: NodeWork, { name }: CertificateHolder, node: HolderNode): Promise<void> {
  const { layout, plan, programs, step } = work;
  if (node.is === 'orderer' && plan.orderers.length > 1) {
    const others = plan.orderers.filter((each) => each !== node.orderer);
    await requireQuorum(layout, others, plan.orderers.length, `without ${name}`);
  }
  await restartNode(layout, programs, plan, name);
  await whileRunning(layout, [name], async (hopeless) => {
    if (node.is === 'orderer') await ordererIsWell(work, node.orderer, hopeless);
    else if (node.is === 'peer') await peerIsWell(work, node.organisation, node.peer, hopeless);
    else {
      const peer = node.organisation.peers.find(
        (each) => runningPid(layout, peerName(node.organisation, each)) !== undefined,
      );
      if (peer) await peerIsWell(work, node.organisation, peer, hopeless);
    }
  });
  step(`${name} runs with them`);
}

/** The peer has what the orderers have, and its organisation's chaincode answers. */
async function peerIsWell(
  { layout, plan }: NodeWork,
  organisation: OrganisationPlan,
  peer: PeerPlan,
  hopeless: () => boolean,
): Promise<void> {
  const alone = { ...plan, organisations: [{ ...organisation, peers: [peer] }], orderers: [] };
  const network = new Consortium(layout, alone, hopeless);
  const source = new ChainSource(layout, plan);
  try {
    await network.level(peerName(organisation, peer), () => source.blocks.height());
    await network.answers(CHAINCODE, [PING]);
  } finally {
    network.close();
    source.close();
  }
}

async function ordererIsWell(
  { layout, plan }: NodeWork,
  orderer: OrdererPlan,
  hopeless: () => boolean,
): Promise<void> {
  const at = new OrdererAdministration(layout, plan);
  try {
    await untilLevel({
      ...{ name: ordererName(orderer), hopeless },
      own: () => consenterHeight(layout, orderer),
      others: () => at.blocks.height(),
    });
  } finally {
    at.close();
  }
}

/** The channel notes the orderer's new certificate, which also shows that there is a leader. */
async function known({ layout, plan, step }: NodeWork, orderer: OrdererPlan): Promise<void> {
  const name = ordererName(orderer);
  const certificatePem = readFileSync(join(layout.orderer(orderer).folder, 'tls', 'cert.pem'), 'utf8');
  const consenter = { host: plan.host, port: orderer.port, certificatePem };
  const at = new OrdererAdministration(layout, plan);
  try {
    const consenters = consentersOf(await at.blocks.config());
    if (consenters.some((each) => each.certificatePem === certificatePem)) return;
    const height = await at.change((config) => admitting(config, consenter));
    const own = (): Promise<number> => consenterHeight(layout, orderer);
    const others = (): Promise<number> => Promise.resolve(height);
    await untilLevel({ name, own, others, hopeless: () => runningPid(layout, name) === undefined });
    step(`the channel knows the new certificate of ${name}`);
  } finally {
    at.close();
  }
}
