/** Looks over a network, or a machine that is to have one: a finding a check, each with what to do about it. */
import { certificatesFinding, certificatesOf, keysFinding } from './doctor-keys.js';
import { clockFinding, lastBlockTime } from './doctor-clock.js';
import type { Finding } from './doctor-finding.js';
import { folderFinding, recordsFinding, unplannedFinding } from './doctor-folder.js';
import { diskFinding, nodeFinding, programsFinding, spaceOf } from './doctor-machine.js';
import { newPortsFinding, portsFinding, processesFinding } from './doctor-running.js';
import { NetworkError } from './errors.js';
import { Layout } from './layout.js';
import type { NetworkPlan, PlanOptions } from './plan.js';
import type { Environment } from './programs.js';
import { networkStatus } from './status.js';
import { readPlan } from './plan-file.js';

export interface DoctorOptions {
  readonly folder: string;
  /** Whether the folder was named, and is not the usual one. */
  readonly isNamed?: boolean;
  readonly environment: Environment;
  /** The version of Node that runs, and the least that is wanted. */
  readonly node: { readonly version: string; readonly least: string };
  /** What a network would be like that is made now. */
  readonly planned: PlanOptions;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export async function diagnose(options: DoctorOptions): Promise<Finding[]> {
  const { environment, folder, node, planned } = options;
  const layout = new Layout(folder);
  const plan = planIn(layout);
  const machine = [
    nodeFinding(node.version, node.least),
    await programsFinding(environment, plan?.fabric),
    diskFinding(await spaceOf(folder)),
  ];
  if (!plan) return [...machine, unplannedFinding(layout, options.isNamed), await newPortsFinding(planned)];
  const certificates = certificatesOf(layout);
  const [lastBlock, status] = await Promise.all([lastBlockTime(layout, plan), statusFinding(layout, plan)]);
  return [
    ...machine,
    folderFinding(layout, plan),
    keysFinding(layout),
    certificatesFinding(certificates, options.now),
    clockFinding({ now: options.now, certificates, ...(lastBlock === undefined ? {} : { lastBlock }) }),
    recordsFinding(layout),
    await portsFinding(layout, plan),
    status,
  ];
}

function planIn(layout: Layout): NetworkPlan | undefined {
  try {
    return readPlan(layout);
  } catch (error) {
    if (error instanceof NetworkError) return undefined;
    throw error;
  }
}

/** A process cannot be asked without the keys of its network. */
async function statusFinding(layout: Layout, plan: NetworkPlan): Promise<Finding> {
  try {
    return processesFinding(await networkStatus(layout, plan));
  } catch {
    return {
      ...{ check: 'Processes', verdict: 'problem' },
      sentence: 'They cannot be asked: the keys that are needed for it are missing or cannot be read.',
    };
  }
}
