import { readingsRevised, readingsRevise as shape, runStale } from '../../../../schema/trade/metering.js';
import { rule } from '../../../kernel/registry.js';
import { require, requireRow } from '../../../kernel/unit-of-work.js';
import { CONNECTIONS, intervalScope, isOpen, RUNS, type ConnectionRecord } from '../pages.js';
import { writeReadings } from '../readings.js';

/** Revisions (K4): the earlier reading stays in its block, and a run that cites it is stale from here on. */
export const readingsRevise = rule(
  shape,
  { roles: ['METERING_DATA_PROVIDER'], consent: 'none', reason: true },
  (c, args) => {
    const revision: number[] = [];
    writeReadings(c, args, (before, row, at) => {
      requireRow(before !== undefined, 'READING_ABSENT', 'connection', at);
      const isSame =
        before.importWh === row.importWh &&
        before.exportWh === row.exportWh &&
        before.quality === row.quality;
      requireRow(!isSame, 'READING_UNCHANGED', 'connection', at);
      revision.push(before.revision + 1);
      return before.revision + 1;
    });
    c.emit(
      readingsRevised,
      { network: args.network, start: args.start },
      { connection: args.rows.connection, revision },
    );
    const markets = new Set(
      args.rows.connection.map((number) => (c.records.get(CONNECTIONS, number) as ConnectionRecord).market),
    );
    for (const market of [...markets].sort((a, b) => a - b)) {
      const scope = intervalScope(market, args.start);
      const run = c.records.get(RUNS, 0, scope);
      if (!run) continue;
      // Its parts must come out of one set of readings; anyone entitled, also the provider, may post them.
      require(!isOpen(run), 'RUN_OPEN', 'start');
      if (run.stale === 1) continue;
      c.records.put(RUNS, 0, { ...run, stale: 1 }, scope);
      c.emit(runStale, { market, start: args.start, run: 0 });
    }
  },
);
