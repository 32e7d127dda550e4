/** The plan of a network in its folder. */
import { existsSync, readFileSync } from 'node:fs';
import { writeFileDurably } from '../embedded/durable.js';
import { NetworkError } from './errors.js';
import type { Layout } from './layout.js';
import { LOOPBACK } from './listen-address.js';
import type { NetworkPlan } from './plan.js';
import { jsonOf } from './processes.js';

/** The plan of a folder; undefined where there is no network in it. */
export function readPlan(layout: Layout): NetworkPlan | undefined {
  if (!existsSync(layout.plan)) return undefined;
  const plan = jsonOf<NetworkPlan>(readFileSync(layout.plan, 'utf8'));
  if (!plan) throw new NetworkError(`${layout.plan} is cut short or damaged`);
  if (plan.format !== 1) throw new NetworkError(`${layout.plan} is of another version of Gridbook`);
  // One of an older version names neither address nor consensus.
  return { ...plan, host: plan.host ?? LOOPBACK, consensus: plan.consensus ?? 'raft' };
}

/** Writes the plan; gateways that run, and who comes after a loss of power, read either the one before or this one. */
export function writePlan(layout: Layout, plan: NetworkPlan): void {
  writeFileDurably(layout.plan, JSON.stringify(plan, undefined, 2), 0o600);
}
