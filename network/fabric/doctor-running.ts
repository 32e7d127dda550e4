/** What the doctor looks at while a network runs, or before it starts: processes and ports. */
import { listed, type Finding } from './doctor-finding.js';
import type { Layout } from './layout.js';
import { isFree, LOOPBACK, vacancyOf } from './listen-address.js';
import { processPorts } from './nodes.js';
import { portCount, type NetworkPlan, type PlanOptions } from './plan.js';
import { runningPid } from './processes.js';
import { APART, OUTSIDE, type ProcessStatus } from './status.js';
import { outsideSentence } from './taking-part.js';

const PORTS = 'Ports';

/** Ports of the processes that do not run, or of one of them: nobody else may have them. */
export async function portsFinding(layout: Layout, plan: NetworkPlan, only?: string): Promise<Finding> {
  const wanted = processPorts(plan)
    .filter(({ name }) => runningPid(layout, name) === undefined && (only ?? name) === name)
    .flatMap(({ name, addresses }) => addresses.map((address) => ({ name, ...address })));
  const vacancies = await Promise.all(wanted.map(vacancyOf));
  const elsewhere = wanted.find((_, i) => vacancies[i] === 'ELSEWHERE');
  if (elsewhere) {
    return {
      ...{ check: PORTS, verdict: 'problem' },
      sentence: `This machine has no interface with the address ${elsewhere.host}, at which ${elsewhere.name} is to listen: give it to one.`,
    };
  }
  const taken = wanted.filter((_, i) => vacancies[i] === 'TAKEN');
  if (taken.length === 0) {
    const of =
      wanted.length === 0 ? 'Every process has its ports' : 'The ports of what does not run are free';
    return { check: PORTS, verdict: 'ok', sentence: `${of}.` };
  }
  return {
    ...{ check: PORTS, verdict: 'problem' },
    sentence: `Another program has port ${listed(taken.map(({ port }) => port))}, which ${taken[0].name} needs: end that program.`,
  };
}

/** Ports that a new network would try first. */
export async function newPortsFinding(options: PlanOptions): Promise<Finding> {
  const { basePort, host = LOOPBACK } = options;
  const last = basePort + portCount(options) - 1;
  const ports = Array.from({ length: portCount(options) }, (_, i) => basePort + i);
  const free = await Promise.all(ports.map((port) => isFree(port, host)));
  const taken = ports.filter((_, i) => !free[i]);
  if (taken.length === 0) {
    return { check: PORTS, verdict: 'ok', sentence: `Ports ${basePort} to ${last} are free.` };
  }
  return {
    ...{ check: PORTS, verdict: 'warning' },
    sentence: `Of ports ${basePort} to ${last} these are in use: ${listed(taken)}; \`up\` takes the next free ones, or others with --base-port.`,
  };
}

export function processesFinding(rows: readonly ProcessStatus[]): Finding {
  const check = 'Processes';
  const ended = rows.filter(({ pid }) => pid === undefined).map(({ name }) => name);
  if (ended.length === rows.length) {
    return { check, verdict: 'ok', sentence: 'None runs; `gridbook network up` starts them.' };
  }
  const isAlone = ({ role, organisation }: ProcessStatus): boolean =>
    role === 'chaincode' &&
    rows.some((row) => row.role === 'peer' && row.organisation === organisation && row.pid === undefined);
  // A chaincode whose peer does not run is not to blame for it.
  const unwell = rows.flatMap((row) => (row.pid === undefined || isAlone(row) ? [] : (ailmentOf(row) ?? [])));
  const outside = rows.find(({ health }) => health === OUTSIDE);
  if (outside) {
    const { organisation } = outside;
    const here = rows.filter(({ role }) => role === 'peer').map((row) => row.organisation);
    return {
      ...{ check, verdict: 'problem' },
      sentence: `${outsideSentence(organisation, here)}.`,
    };
  }
  const apart = rows.filter(({ health }) => health === APART).map(({ name }) => name);
  if (apart.length > 0) {
    return {
      ...{ check, verdict: 'problem' },
      sentence: `Not in the channel: ${listed(apart)}; \`gridbook network up\` brings in what is missing.`,
    };
  }
  if (unwell.length > 0) {
    const said = listed(unwell.map((each) => `${each.name} ${each.ailment}`));
    const ill = unwell.find(({ isUnfinished }) => !isUnfinished);
    const remedy = ill
      ? `see \`gridbook network logs ${ill.name}\`, then \`gridbook network restart ${ill.name}\``
      : '`gridbook network up` finishes what was begun';
    return { check, verdict: 'problem', sentence: `${said}: ${remedy}.` };
  }
  if (ended.length > 0) {
    return {
      ...{ check, verdict: 'problem' },
      sentence: `Not running: ${listed(ended)}; \`gridbook network up\` starts what is missing.`,
    };
  }
  return { check, verdict: 'ok', sentence: `All ${rows.length} run and are well.` };
}

interface Ailment {
  readonly name: string;
  readonly ailment: string;
  /** Whether it is well so far, and `up` did not come to its end. */
  readonly isUnfinished: boolean;
}

/** What is wrong with a process that runs. */
function ailmentOf({ name, role, health, height, definition }: ProcessStatus): Ailment | undefined {
  if (health !== 'ok') return { name, ailment: health, isUnfinished: false };
  if (role !== 'chaincode' && height === undefined)
    return { name, ailment: 'does not tell of the channel', isUnfinished: true };
  if (role === 'peer' && definition === undefined)
    return { name, ailment: 'has no chaincode', isUnfinished: true };
  return undefined;
}
