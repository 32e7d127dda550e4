/** Nodes that are away for a moment, so that their files stand still. */
import type { Layout } from './layout.js';
import { allProcesses } from './nodes.js';
import type { NetworkPlan } from './plan.js';
import { runningPid, startProcess, stopProcess } from './processes.js';
import type { Programs } from './programs.js';
import { networkStatus, OUTSIDE } from './status.js';
import { untilDone } from './waiting.js';

/** A node that is stopped for a moment, if it runs. */
export class Stoppable {
  constructor(
    private readonly layout: Layout,
    private readonly plan: NetworkPlan,
    private readonly programs: Programs,
    readonly name: string,
  ) {}

  /** Its height, once it is that high at least; undefined where it does not run. */
  async height(least: number): Promise<number | undefined> {
    if (runningPid(this.layout, this.name) === undefined) return undefined;
    return untilDone(`${this.name} does not come to ${least} blocks`, async () => {
      const rows = await networkStatus(this.layout, this.plan);
      const row = rows.find(({ name }) => name === this.name);
      // What a removed organisation has can be copied all the same.
      const isWell = row?.health === 'ok' || row?.health === OUTSIDE;
      if (!isWell || row.height === undefined || row.height < least)
        throw new Error(`it is ${row?.health ?? 'not there'} at ${row?.height ?? 'no'} blocks`);
      return row.height;
    });
  }

  /** Does something while it is stopped; where it ran, it is there again afterwards, as high as before. */
  async whileStopped(work: () => void, height: number | undefined): Promise<void> {
    const ran = await stopProcess(this.layout, this.name);
    try {
      work();
    } finally {
      const spec = allProcesses(this.layout, this.programs, this.plan).find(({ name }) => name === this.name);
      if (ran && spec) startProcess(this.layout, spec);
    }
    if (ran) await this.height(height ?? 0);
  }
}
