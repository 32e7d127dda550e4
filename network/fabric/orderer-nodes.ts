/**
 * Orderers that come into a network which runs: one more, or one in the place of an orderer that lost its keys or its
 * disk. A newcomer first has every block without a say, and only then a say, so that the others hardly wait for it.
 * Begun and interrupted, either goes on where it was when it is asked for again.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { asideName, moveAside } from './aside.js';
import { admitting, announcing, concealing, dismissing } from './consenters.js';
import { NameError, RefusedError } from './errors.js';
import { makeKeys } from './keys.js';
import { untilLevel } from './levelling.js';
import { begunOf, type NodeWork } from './node-work.js';
import { adminOf, ordererName, ordererProcess } from './nodes.js';
import { OrdererAdministration } from './orderer-administration.js';
import { joinOrderer, partOf } from './orderer-client.js';
import { CHANNEL, type NetworkPlan, type OrdererPlan } from './plan.js';
import { begun, finished, withOrderer } from './plan-change.js';
import { writePlan } from './plan-file.js';
import { startProcess, stopProcess } from './processes.js';
import { consenterHeight, requireQuorum } from './quorum.js';
import { writeSettings } from './settings.js';
import { untilDone } from './waiting.js';
import { whileRunning } from './while-running.js';

/** One more orderer; answers the name of its process. */
export async function addOrderer(work: NodeWork, name?: string): Promise<string> {
  const { layout, step } = work;
  requireHere(work.plan);
  const waiting = work.plan.orderers.find((each) => begunOf(work.plan, ordererName(each)));
  if (waiting && name !== undefined && name !== waiting.name) throw unfinished(work.plan, waiting);
  if (waiting && begunOf(work.plan, ordererName(waiting))?.aside !== undefined)
    throw unfinished(work.plan, waiting);
  const { plan, orderer } = waiting
    ? { plan: work.plan, orderer: waiting }
    : await withOrderer(layout, work.plan, name);
  const others = plan.orderers.filter((each) => each !== orderer);
  await requireQuorum(layout, others, plan.orderers.length, 'now');
  const at = new OrdererAdministration(layout, plan);
  try {
    await at.blocks.wholeHeight();
    writePlan(layout, plan);
    step(`${orderer.name} ${waiting ? 'was begun, and goes on' : `is planned, on port ${orderer.port}`}`);
    await bringIn({ ...work, plan }, orderer, at);
  } finally {
    at.close();
  }
  return ordererName(orderer);
}

/** An orderer that lost its keys or its data comes anew, under its name and on its ports. Answers where the old ones are. */
export async function replaceOrderer(work: NodeWork, name: string): Promise<string> {
  const { layout, step } = work;
  requireHere(work.plan);
  const orderer = work.plan.orderers.find((each) => ordererName(each) === name);
  if (!orderer) {
    const all = work.plan.orderers.map(ordererName).join(', ');
    throw new NameError(`no orderer of the network is called ${name}; there are ${all}`);
  }
  const before = begunOf(work.plan, name);
  if (before && before.aside === undefined) throw unfinished(work.plan, orderer);
  const other = work.plan.orderers.find((each) => each !== orderer && begunOf(work.plan, ordererName(each)));
  if (other) throw unfinished(work.plan, other);
  const aside = before?.aside ?? asideName(name, new Date());
  const plan = before ? work.plan : begun(work.plan, name, aside);
  const count = plan.orderers.length;
  if (count === 1)
    throw new RefusedError(
      `${name} is the only orderer, and the channel would end with it: \`gridbook network orderer add\` adds another one first`,
    );
  const { folder, data } = layout.orderer(orderer);
  const isMoved = existsSync(join(layout.aside(aside), relative(layout.root, folder)));
  const others = plan.orderers.filter((each) => each !== orderer);
  // Of two, the one that goes must still agree to it.
  const asked = count === 2 && !isMoved ? plan.orderers : others;
  await requireQuorum(layout, asked, count, asked === others ? `without ${name}` : 'now');
  const at = new OrdererAdministration(layout, plan);
  try {
    await at.blocks.wholeHeight();
    writePlan(layout, plan);
    if (!isMoved) {
      // With an empty disk it must not take part as whom the others know: it would have forgotten what it agreed to.
      const address = { host: plan.host, port: orderer.port };
      await at.change((config) => concealing(config, address));
      await at.change((config) => dismissing(config, address));
      step(`${name} has no say any more`);
      await stopProcess(layout, name);
      for (const each of [data, folder]) moveAside(layout, aside, each);
      step(`${name} is stopped; its keys and data are moved aside`);
    }
    await bringIn({ ...work, plan }, orderer, at);
  } finally {
    at.close();
  }
  return layout.aside(aside);
}

/** An orderer comes empty, and is ready when it has every block, and a say. */
async function bringIn(
  { layout, plan, programs, step }: NodeWork,
  orderer: OrdererPlan,
  at: OrdererAdministration,
): Promise<void> {
  const name = ordererName(orderer);
  await makeKeys(layout, plan);
  writeSettings(layout, plan);
  startProcess(layout, ordererProcess(layout, programs, orderer));
  step('keys, settings and process');
  await whileRunning(layout, [name], async (hopeless) => {
    const admin = adminOf(layout, orderer);
    const part = () => partOf(admin, CHANNEL);
    const block = (await at.blocks.configBlock()).serializeBinary();
    await untilDone(`${name} does not join`, () => joinOrderer(admin, block), hopeless);
    const others = (): Promise<number> => at.blocks.height();
    const own = async (): Promise<number> => (await part()).height;
    step(`it has the channel’s ${await untilLevel({ name, own, others, hopeless })} blocks`);
    const certificatePem = readFileSync(join(layout.orderer(orderer).folder, 'tls', 'cert.pem'), 'utf8');
    const consenter = { host: plan.host, port: orderer.port, certificatePem };
    await at.change((config) => admitting(config, consenter));
    const asConsenter = (): Promise<number> => consenterHeight(layout, orderer);
    await untilLevel({ name, own: asConsenter, others, hopeless });
    await at.change((config) => announcing(config, consenter));
    step('it has a say, and is level with the others');
  });
  writePlan(layout, finished(plan, name));
}

function requireHere({ orderers, consensus }: NetworkPlan): void {
  if (orderers.length === 0)
    throw new RefusedError('the orderers are not in this folder; they are changed where they are');
  if (consensus !== 'raft')
    throw new RefusedError('orderers of a channel that agrees by BFT are neither added nor replaced yet');
}

function unfinished(plan: NetworkPlan, orderer: OrdererPlan): RefusedError {
  const name = ordererName(orderer);
  const how = begunOf(plan, name)?.aside === undefined ? 'orderer add' : `orderer replace ${name}`;
  return new RefusedError(
    `${name} is on its way, and orderers come one at a time: \`gridbook network ${how}\` finishes it first`,
  );
}
