/** Hurts a network under load, one fault after the other, and audits every peer after each. */
import { Audit } from './audit.js';
import { FaultNetwork, type FaultNetworkOptions } from './fault-network.js';
import type { Fault } from './faults.js';
import { Load } from './load.js';

export interface FaultRunOptions extends FaultNetworkOptions {
  readonly faults: readonly Fault[];
  readonly pauseSeconds: number;
  /** The writer's program. */
  readonly writer: string;
  readonly progress: (line: string) => void;
}

export interface FaultRow {
  readonly fault: string;
  /** Longest time in which nothing was acknowledged. */
  readonly secondsWithoutService: number;
  readonly acknowledged: number;
  /** What the writer could not do then, by code; each was done later. */
  readonly failures: Readonly<Record<string, number>>;
  readonly height: number;
  readonly violations: readonly string[];
}

export interface FaultReport {
  readonly engine: 'fabric';
  readonly fabric: string;
  readonly acknowledged: number;
  readonly violations: number;
  readonly skipped: readonly string[];
  readonly rows: readonly FaultRow[];
}

/** Commands that are acknowledged before a fault, and after it. */
const STEADY = 20;

export async function faultRun(options: FaultRunOptions): Promise<FaultReport> {
  const { faults, progress } = options;
  const network = await FaultNetwork.up(options);
  const audit = new Audit(network.layout, network.plan);
  const load = new Load(options.writer, network.view);
  const rows: FaultRow[] = [];
  const skipped: string[] = [];
  try {
    await network.healthy();
    progress(
      `network: 3 organisations with ${options.peers} peers, ${network.orderers.length} orderers (${network.plan.consensus}), Fabric ${network.plan.fabric}`,
    );
    for (const fault of faults) {
      if (fault.name === 'disk-full' && network.noDisk !== undefined) {
        skipped.push(`${fault.name}: ${network.noDisk}`);
        progress(`${fault.name}: skipped, ${network.noDisk}`);
        continue;
      }
      progress(`${fault.name}: ${fault.what}`);
      const row = await oneFault(fault, { network, audit, load, pauseSeconds: options.pauseSeconds });
      rows.push(row);
      progress(
        `${fault.name}: ${row.secondsWithoutService} s without service, ${row.acknowledged} acknowledged, ` +
          `${row.violations.length} violations`,
      );
      for (const each of row.violations.slice(0, 10)) progress(`  ${each}`);
    }
  } finally {
    await load.stop();
    await audit.close();
    await network.down();
  }
  return {
    ...{ engine: 'fabric', fabric: options.programs.version, acknowledged: load.applied.size },
    violations: rows.reduce((sum, row) => sum + row.violations.length, 0),
    ...{ skipped, rows },
  };
}

interface Parts {
  readonly network: FaultNetwork;
  readonly audit: Audit;
  readonly load: Load;
  readonly pauseSeconds: number;
}

async function oneFault(fault: Fault, { network, audit, load, pauseSeconds }: Parts): Promise<FaultRow> {
  const violations: string[] = [];
  load.start();
  await load.more(STEADY);
  const [before, failed] = [load.applied.size, { ...load.failures }];
  load.mark();
  await fault.inject({ network, load, pauseSeconds, violation: (what) => violations.push(what) });
  await load.more(STEADY);
  const silent = load.longestSilenceMs;
  await load.drain();
  const height = await network.healthy();
  violations.push(...load.refused.splice(0), ...(await audit.check(height, load.applied)));
  const failures = Object.entries(load.failures).map(([code, count]) => [code, count - (failed[code] ?? 0)]);
  return {
    ...{ fault: fault.name, secondsWithoutService: Math.round(silent / 100) / 10 },
    acknowledged: load.applied.size - before,
    failures: Object.fromEntries(failures.filter(([, count]) => count !== 0)) as Record<string, number>,
    ...{ height, violations },
  };
}
