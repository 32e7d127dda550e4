/** An organisation that was removed from the channel leaves the folder's plan: what it ran is ended, what it had is kept. */
import { existsSync } from 'node:fs';
import { asideName, moveAside } from './aside.js';
import type { Layout } from './layout.js';
import { processPorts } from './nodes.js';
import type { NetworkPlan } from './plan.js';
import { withoutOrganisation } from './plan-change.js';
import { writePlan } from './plan-file.js';
import { stopProcess } from './processes.js';

export interface Retired {
  /** Names of the processes that were ended. */
  readonly ended: readonly string[];
  /** Where its keys and data are. */
  readonly aside: string;
}

/** Does, or finishes, what is left to do; undefined where the folder has nothing else than that organisation. */
export async function retire(
  layout: Layout,
  plan: NetworkPlan,
  name: string,
  now: Date,
): Promise<Retired | undefined> {
  const organisation = plan.organisations.find((each) => each.name === name);
  const before = plan.removed?.find((each) => each.name === name);
  if (!organisation && !before) return undefined;
  if (organisation && plan.organisations.length === 1) return undefined;
  const aside = before?.aside ?? asideName(name, now);
  const ended: string[] = [];
  if (organisation) {
    const own = { ...plan, orderers: [], organisations: [organisation] };
    for (const process of processPorts(own))
      if (await stopProcess(layout, process.name)) ended.push(process.name);
    // Before its folder goes: gateways that run read no keys there any more.
    writePlan(layout, withoutOrganisation(plan, name, aside));
  }
  for (const folder of [layout.dataOf(name), layout.organisation(name)])
    if (existsSync(folder)) moveAside(layout, aside, folder);
  return { ended, aside: layout.aside(aside) };
}
