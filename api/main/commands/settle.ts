/** `gridbook settle`: settles the intervals of a market whose readings are there. */
import type { Command } from 'commander';
import { sql } from 'kysely';
import { intervalSettle } from '../../../schema/trade/metering.js';
import { commandOf } from '../../demo/commands.js';
import { settleInParts } from '../settle-in-parts.js';
import { levelWith, openRunning } from '../composition.js';
import type { CommandContext } from '../context.js';
import { marketsOf, type MarketReference } from '../day-figures.js';
import { addEngineOptions, ledgerPlace, type EngineOptions } from '../engine-options.js';
import { CommandFailure, EXIT } from '../exit.js';
import { counted } from '../figures.js';
import { instantOption, requirePeriod } from '../options.js';
import { showProgress } from '../progress.js';
import { staleIntervals, staleSentence } from '../stale.js';
import type { Database } from '../../readmodel/database.js';

interface SettleOptions extends EngineOptions {
  readonly data?: string;
  readonly market?: string;
  readonly from?: number;
  readonly to?: number;
  readonly json?: boolean;
}

/** Commands that are under way at a time. */
const COMMANDS = 256;

export function addSettle(program: Command, context: CommandContext): void {
  addEngineOptions(program.command('settle'))
    .summary('settle the intervals that have readings and are not settled yet')
    .description(
      'Prices and quantities follow from the ledger alone. An interval is settled once: where readings are revised ' +
        'afterwards it is stale, what was settled stands, and this version does not settle it again. Ends with 1 ' +
        'where an interval was refused.',
    )
    .option('--market <id>', 'id of the market (default: the only one)')
    .option('--from <instant>', 'first interval start', instantOption('--from'))
    .option('--to <instant>', 'first interval start after them', instantOption('--to'))
    .option('--data <dir>', 'data folder')
    .option('--json', 'print one object')
    .addHelpText(
      'after',
      '\nExamples:\n  gridbook settle\n  gridbook settle --from 2025-06-01 --to 2025-06-02\n' +
        '  gridbook settle --ledger fabric --data ./fabric-data',
    )
    .action((options: SettleOptions) => settle(options, context));
}

async function settle(options: SettleOptions, context: CommandContext): Promise<void> {
  const { terminal, settings } = context;
  requirePeriod(options);
  const place = ledgerPlace(options, settings);
  const running = await openRunning({ ...place, databaseUrl: settings.databaseUrl });
  const progress = showProgress(terminal, 'Settling', 'intervals');
  const refusedByCode: Record<string, number> = {};
  let settled = 0;
  let stale = 0;
  try {
    await levelWith(running.projector, running.ledger.height());
    const market = oneMarket(await marketsOf(running.database), options.market);
    const starts = await dueStarts(running.database, market, options);
    for (let at = 0; at < starts.length; at += COMMANDS) {
      const some = starts.slice(at, at + COMMANDS);
      const outcomes = await running.lanes.submitBatch(
        market.lane,
        { organisation: market.lane, role: 'HOST' },
        some.map((start) => commandOf(intervalSettle, { market: Number(market.number), start })),
      );
      for (const [i, { refusal }] of outcomes.entries()) {
        let code = refusal?.code;
        if (code === 'SETTLEMENT_TOO_LARGE') {
          const interval = { lane: market.lane, market: Number(market.number), start: some[i] };
          code = await settleInParts(running, interval);
        }
        if (code) refusedByCode[code] = (refusedByCode[code] ?? 0) + 1;
        else settled++;
      }
      progress.update(Math.min(at + COMMANDS, starts.length), starts.length);
    }
    await levelWith(running.projector, running.ledger.height());
    stale = await staleIntervals(running.database, market.lane, market.number);
  } finally {
    progress.end();
    await running.close();
  }
  const refused = Object.values(refusedByCode).reduce((a, b) => a + b, 0);
  if (options.json) terminal.json({ settled, refused, refusedByCode, stale });
  else {
    terminal.print(`${counted(settled, 'interval')} settled, ${refused} refused`);
    for (const [code, count] of Object.entries(refusedByCode)) terminal.print(`  ${code}: ${count}`);
    if (stale > 0) terminal.print(staleSentence(stale));
  }
  if (refused > 0) context.endWith(EXIT.failed);
}

function oneMarket(markets: readonly MarketReference[], id: string | undefined): MarketReference {
  const found = markets.filter((market) => id === undefined || market.marketId === id);
  if (found.length === 1) return found[0];
  const why =
    found.length === 0 ? 'There is no such market.' : 'There are several markets: name one with --market.';
  throw new CommandFailure(why, found.length === 0 ? EXIT.unavailable : EXIT.usage);
}

/** Interval starts with readings on the market's network that no run has settled. */
async function dueStarts(
  database: Database,
  market: MarketReference,
  { from, to }: SettleOptions,
): Promise<number[]> {
  const { rows } = await sql<{ start: string }>`select distinct r.start from reading r
    join connection c on c.number = r.connection and c.lane = r.lane
    where r.lane = ${market.lane} and c.network = ${market.network}::bigint
      and r.start >= ${from ?? 0}::bigint and r.start < ${to ?? Number.MAX_SAFE_INTEGER}::bigint
      and not exists (select 1 from run s where s.market = ${market.number}::bigint and s.start = r.start and s.lane = r.lane)
    order by r.start`.execute(database.db);
  return rows.map((row) => Number(row.start));
}
