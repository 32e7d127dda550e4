/**
 * Takes a folder to a running network: keys, channel, processes, chaincode on every organisation, a first transaction
 * that two organisations endorsed. Run again it finishes what is missing and confirms the rest.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CONTRACT_VERSION, PING } from '../../schema/contract.js';
import { makeFolder } from '../make-folder.js';
import { Consortium, type PackageOf } from './consortium.js';
import { unplannedFinding } from './doctor-folder.js';
import { NetworkError } from './errors.js';
import { makeKeys } from './keys.js';
import { Layout } from './layout.js';
import { packageFor, processesOf, processPorts } from './nodes.js';
import type { ChaincodePackage } from './package.js';
import {
  CHAINCODE,
  CHANNEL,
  makePlan,
  type Liberties,
  type NetworkPlan,
  type OrganisationPlan,
  type PlanOptions,
} from './plan.js';
import { readPlan, writePlan } from './plan-file.js';
import { startProcess } from './processes.js';
import type { Programs } from './programs.js';
import { writeSettings } from './settings.js';
import { requireSound } from './sound.js';
import { requireTakingPart } from './taking-part.js';
import { whileRunning } from './while-running.js';

export interface UpOptions extends PlanOptions {
  /** What only a network of tests takes. */
  readonly liberties?: Liberties;
  readonly folder: string;
  readonly programs: Programs;
  /** Is told of each step as it is done. */
  readonly step: (what: string) => void;
}

const FIRST_DEFINITION = { name: CHAINCODE, version: CONTRACT_VERSION, sequence: 1 };

export async function bringUp(options: UpOptions): Promise<NetworkPlan> {
  const { folder, programs, step, liberties } = options;
  const layout = new Layout(folder);
  makeFolder(folder, 0o700);
  let plan = readPlan(layout);
  if (!plan) {
    if (existsSync(join(folder, 'organisations'))) throw new NetworkError(unplannedFinding(layout).sentence);
    plan = await makePlan(options, programs.version);
    writePlan(layout, plan);
  }
  return startNetwork(layout, plan, { programs, step, liberties });
}

/** Starts what a folder's plan says, or finishes what is missing of it. */
export async function startNetwork(
  layout: Layout,
  plan: NetworkPlan,
  { programs, step, liberties }: Pick<UpOptions, 'programs' | 'step' | 'liberties'>,
): Promise<NetworkPlan> {
  await requireSound(layout, plan, programs);
  writeSettings(layout, plan, liberties);
  const start = (organisation: string): void => {
    for (const spec of processesOf(layout, programs, plan, organisation)) startProcess(layout, spec);
  };
  await makeKeys(layout, plan, start, liberties?.guests);
  step('keys and settings');
  await makeGenesis(layout, programs);
  step('channel and processes');
  const names = processPorts(plan).map(({ name }) => name);
  /** Answers whether all peers here were seen to get a block just now. */
  const joinAll = async (hasEnded: () => boolean): Promise<boolean> => {
    const network = new Consortium(layout, plan, hasEnded);
    const ofOrganisation = (organisation: OrganisationPlan): ChaincodePackage =>
      packageFor(layout, organisation);
    try {
      await network.join(readFileSync(layout.genesisBlock));
      await network.install(ofOrganisation);
      if (plan.orderers.length > 0) return await found(network, plan, ofOrganisation, step);
      await joinOthers(network, ofOrganisation, step);
      return false;
    } finally {
      network.close();
    }
  };
  let hasNewBlock = false;
  try {
    // A port may have been taken only now.
    hasNewBlock = await whileRunning(layout, names, joinAll, (name) =>
      requireSound(layout, plan, programs, name),
    );
  } finally {
    // Whoever was removed is told that, and not what came of it; who gets new blocks was not.
    if (!hasNewBlock) await requireTakingPart(layout, plan);
  }
  return plan;
}

const numbered = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/**
 * The organisations of the folder make the channel what it is, or find it so. Answers whether a transaction was seen on
 * all peers here.
 */
async function found(
  network: Consortium,
  plan: NetworkPlan,
  packageOf: PackageOf,
  step: UpOptions['step'],
): Promise<boolean> {
  const [orderers, organisations] = [plan.orderers.length, plan.organisations.length];
  step(`${numbered(orderers, 'orderer')} and ${numbered(organisations, 'organisation')} joined`);
  await network.follow();
  if (!(await network.definition(CHAINCODE))) await network.define(FIRST_DEFINITION, packageOf);
  step('chaincode approved and committed on all organisations');
  // Where others take part too, a majority is not here.
  if ((await network.members()).length > plan.organisations.length) {
    await network.answers(CHAINCODE, [PING]);
    step('the chaincode answers');
    return false;
  }
  // A majority endorses; whose answer is not needed for that may still be starting.
  await Promise.all([network.call(CHAINCODE, [PING]), network.answers(CHAINCODE, [PING])]);
  step('a transaction endorsed across organisations is committed on all of them');
  return true;
}

/** An organisation joins a channel that others made: it takes their definition, with its own package. */
async function joinOthers(network: Consortium, packageOf: PackageOf, step: UpOptions['step']): Promise<void> {
  step('joined the channel of the others');
  await network.taken();
  // Before it has that block, a peer tells its own organisation nothing of the channel.
  await network.follow();
  step('the channel’s blocks are here');
  const definition = await network.definition(CHAINCODE);
  if (!definition) throw new NetworkError('the channel has no chaincode of Gridbook yet');
  if (definition.version !== CONTRACT_VERSION) {
    throw new NetworkError(
      `the channel runs version ${definition.version} of the chaincode, and here is ${CONTRACT_VERSION}`,
    );
  }
  await network.approve(definition, packageOf, definition.approvedBy);
  await network.answers(CHAINCODE, [PING]);
  step('chaincode approved; it answers');
}

/** The channel's first block; it appears whole or not at all. */
async function makeGenesis(layout: Layout, { paths }: Programs): Promise<void> {
  if (existsSync(layout.genesisBlock)) return;
  const draft = layout.genesisDraft;
  const args = ['-profile', 'Network', '-channelID', CHANNEL, '-outputBlock', draft];
  const env = { FABRIC_CFG_PATH: layout.channel, FABRIC_LOGGING_SPEC: 'ERROR', PATH: process.env.PATH };
  await promisify(execFile)(paths.configtxgen, args, { env });
  renameSync(draft, layout.genesisBlock);
}
