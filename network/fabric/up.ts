/**
 * Takes a folder to a running network: keys, channel, processes, chaincode on every organisation, a first transaction
 * that two organisations endorsed. Run again it finishes what is missing and confirms the rest.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CONTRACT_VERSION, PING } from '../../schema/contract.js';
import { Consortium } from './consortium.js';
import { NetworkError } from './errors.js';
import { makeKeys, write } from './keys.js';
import { Layout } from './layout.js';
import { allProcesses, packageFor } from './nodes.js';
import type { ChaincodePackage } from './package.js';
import {
  CHAINCODE,
  CHANNEL,
  makePlan,
  type NetworkPlan,
  type OrganisationPlan,
  type PlanOptions,
} from './plan.js';
import { endOfLog, runningPid, startProcess } from './processes.js';
import type { Programs } from './programs.js';
import { writeSettings } from './settings.js';

export interface UpOptions extends PlanOptions {
  readonly folder: string;
  readonly programs: Programs;
  /** Is told of each step as it is done. */
  readonly step: (what: string) => void;
}

const FIRST_DEFINITION = { name: CHAINCODE, version: CONTRACT_VERSION, sequence: 1 };

/** The plan of a folder; undefined where there is no network in it. */
export function readPlan(layout: Layout): NetworkPlan | undefined {
  if (!existsSync(layout.plan)) return undefined;
  const plan = JSON.parse(readFileSync(layout.plan, 'utf8')) as NetworkPlan;
  if (plan.format !== 1) throw new NetworkError(`${layout.plan} is of another version of Gridbook`);
  return plan;
}

export async function bringUp(options: UpOptions): Promise<NetworkPlan> {
  const { folder, programs, step } = options;
  const layout = new Layout(folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let plan = readPlan(layout);
  if (!plan) {
    plan = await makePlan(options, programs.version);
    write(layout.plan, JSON.stringify(plan, undefined, 2));
  }
  if (plan.fabric !== programs.version) {
    throw new NetworkError(
      `the network was made with Fabric ${plan.fabric}, the programs are ${programs.version}`,
    );
  }
  await makeKeys(layout, plan);
  writeSettings(layout, plan);
  step('keys and settings');
  const genesis = makeGenesis(layout, programs);
  const processes = allProcesses(layout, programs, plan);
  for (const spec of processes) startProcess(layout, spec);
  await genesis;
  step('channel and processes');
  const network = new Consortium(layout, plan);
  const ofOrganisation = (organisation: OrganisationPlan): ChaincodePackage =>
    packageFor(layout, organisation);
  try {
    await network.join(readFileSync(layout.genesisBlock));
    await network.install(ofOrganisation);
    step(`${plan.orderers.length} orderers and ${plan.organisations.length} organisations joined`);
    if (!(await network.definition(CHAINCODE))) await network.define(FIRST_DEFINITION, ofOrganisation);
    step('chaincode approved and committed on all organisations');
    await network.call(CHAINCODE, [PING]);
    step('a transaction endorsed across organisations is committed on all of them');
  } catch (error) {
    const ended = processes.find(({ name }) => runningPid(layout, name) === undefined);
    if (!ended) throw error;
    throw new NetworkError(`${ended.name} ended: ${endOfLog(layout, ended.name, 1)}`, { cause: error });
  } finally {
    network.close();
  }
  return plan;
}

/** The channel's first block; it appears whole or not at all. */
async function makeGenesis(layout: Layout, { paths }: Programs): Promise<void> {
  if (existsSync(layout.genesisBlock)) return;
  const draft = join(layout.channel, 'genesis.new');
  const args = ['-profile', 'Network', '-channelID', CHANNEL, '-outputBlock', draft];
  const env = { FABRIC_CFG_PATH: layout.channel, FABRIC_LOGGING_SPEC: 'ERROR', PATH: process.env.PATH };
  await promisify(execFile)(paths.configtxgen, args, { env });
  renameSync(draft, layout.genesisBlock);
}
