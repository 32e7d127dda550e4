/**
 * Peers that come into a network which runs: one more of an organisation, or one in the place of a peer that lost its
 * keys or its disk. Begun and interrupted, either goes on where it was when it is asked for again.
 */
import { readFileSync } from 'node:fs';
import { PING } from '../../schema/contract.js';
import { asideName, moveAside } from './aside.js';
import { ChainSource } from './chain-source.js';
import { Consortium } from './consortium.js';
import { RefusedError } from './errors.js';
import { makeKeys } from './keys.js';
import { begunOf, type NodeWork } from './node-work.js';
import { packageFor, peerName, peerProcess } from './nodes.js';
import { CHAINCODE, type OrganisationPlan, type PeerPlan } from './plan.js';
import { begun, finished, organisationHere, peerNamed, withPeer } from './plan-change.js';
import { writePlan } from './plan-file.js';
import { startProcess, stopProcess } from './processes.js';
import { writeSettings } from './settings.js';
import { whileRunning } from './while-running.js';

/** One more peer of an organisation of the folder; answers the name of its process. */
export async function addPeer(
  work: NodeWork,
  { organisation: of, name }: { readonly organisation: string; readonly name?: string },
): Promise<string> {
  const { layout, step } = work;
  const organisation = organisationHere(work.plan, of);
  const waiting = organisation.peers.find((each) => {
    const found = begunOf(work.plan, peerName(organisation, each));
    return found && found.aside === undefined;
  });
  if (waiting && name !== undefined && name !== waiting.name) {
    throw new RefusedError(
      `${peerName(organisation, waiting)} was begun and is not finished; the same command without a name finishes it`,
    );
  }
  const { plan, peer } = waiting
    ? { plan: work.plan, peer: waiting }
    : await withPeer(layout, work.plan, organisation, name);
  const process = peerName(organisation, peer);
  await bringIn({ ...work, plan }, { organisation, peer }, () => {
    step(`${process} ${waiting ? 'was begun, and goes on' : `is planned, on port ${peer.port}`}`);
  });
  return process;
}

/** A peer that lost its keys or its data comes anew, under its name and on its ports. Answers where the old ones are. */
export async function replacePeer(work: NodeWork, name: string): Promise<string> {
  const { layout, step } = work;
  const { organisation, peer } = peerNamed(work.plan, name);
  const before = begunOf(work.plan, name);
  if (before && before.aside === undefined)
    throw new RefusedError(`${name} is not finished yet: \`gridbook network peer add\` finishes it`);
  const aside = before?.aside ?? asideName(name, new Date());
  const plan = before ? work.plan : begun(work.plan, name, aside);
  await bringIn({ ...work, plan }, { organisation, peer }, async () => {
    await stopProcess(layout, name);
    const { folder, data } = layout.peer(organisation, peer);
    for (const each of [data, folder]) moveAside(layout, aside, each);
    step(`${name} is stopped; its keys and data are moved aside`);
  });
  return layout.aside(aside);
}

/** A peer comes empty, and is ready when it has every block and its chaincode answers. */
async function bringIn(
  { layout, plan, programs, step }: NodeWork,
  { organisation, peer }: { readonly organisation: OrganisationPlan; readonly peer: PeerPlan },
  prepare: () => void | Promise<void>,
): Promise<void> {
  const name = peerName(organisation, peer);
  const source = new ChainSource(layout, plan);
  try {
    const height = await source.requireAll();
    writePlan(layout, plan);
    await prepare();
    step(`its blocks come from the orderers, which have all ${height}`);
    await makeKeys(layout, plan);
    writeSettings(layout, plan);
    startProcess(layout, peerProcess(layout, programs, organisation, peer));
    step('keys, settings and process');
    await whileRunning(layout, [name], async (hopeless) => {
      const alone = { ...plan, organisations: [{ ...organisation, peers: [peer] }], orderers: [] };
      const network = new Consortium(layout, alone, hopeless);
      try {
        await network.join(readFileSync(layout.genesisBlock));
        const levelled = await network.level(name, () => source.blocks.height());
        step(`it has the channel’s ${levelled} blocks`);
        await network.install((of) => packageFor(layout, of));
        await network.answers(CHAINCODE, [PING]);
        step('its organisation’s chaincode answers through it');
      } finally {
        network.close();
      }
    });
    writePlan(layout, finished(plan, name));
  } finally {
    source.close();
  }
}
