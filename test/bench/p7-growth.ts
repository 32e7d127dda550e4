/** P7: what a settlement and a lone transfer cost does not grow with the ledger. */
import { BENCHMARKS } from '../../api/main/benchmarks.js';
import { intervalSettle } from '../../schema/trade/metering.js';
import { community, QUARTER, readingsOf, type Settling } from './bench-community.js';
import { BATCH, BenchLedger } from './bench-ledger.js';
import { figure, median, timed, type Bench } from './measure.js';

const HOMES = 100;
const ROUNDS = 60;
const PROVIDER = { organisation: 'Meterworks', role: 'METERING_DATA_PROVIDER' };

/** Median milliseconds of settling one interval, and of one transfer. */
async function measure(at: BenchLedger, c: Settling): Promise<{ settle: number; lone: number }> {
  const settle: number[] = [];
  const lone: number[] = [];
  for (let i = 0; i < ROUNDS; i++, c.next += QUARTER) {
    await at.submit(readingsOf(at, c), PROVIDER);
    const command = at.command(intervalSettle, { market: c.market, start: c.next });
    settle.push(await timed(() => at.submit([command])));
    const transfer = at.transfers(1, 10_000);
    lone.push(await timed(() => at.submit(transfer)));
  }
  return { settle: median(settle.slice(10)), lone: median(lone.slice(10)) };
}

export const growth: Bench = {
  id: 'P7',
  what: BENCHMARKS.P7.what,
  async run(report) {
    const ledgers: { at: BenchLedger; c: Settling }[] = [];
    for (const wallets of [10_000, 1_000_000]) {
      const at = await BenchLedger.open();
      await at.grow(wallets, wallets);
      ledgers.push({ at, c: await community(at, { homes: HOMES, provider: PROVIDER }) });
    }
    // One after the other and back again: both ledgers see the same machine.
    const seen = ledgers.map(() => ({ settle: [] as number[], lone: [] as number[] }));
    for (let round = 0; round < 3; round++) {
      for (const [i, { at, c }] of ledgers.entries()) {
        const { settle, lone } = await measure(at, c);
        seen[i].settle.push(settle);
        seen[i].lone.push(lone);
      }
    }
    for (const [id, key] of [
      ['P7a', 'settle'],
      ['P7b', 'lone'],
    ] as const) {
      const [small, large] = seen.map((s) => median(s[key]));
      report({ id, ratio: figure(large / small), ours: figure(large), other: figure(small), unit: 'ms' });
    }
    const { at } = ledgers[1];
    const times: number[] = [];
    let transactions = 0;
    for (let i = 0; i < 8; i++) {
      const batch = at.transfers(BATCH);
      times.push(await timed(async () => (transactions = await at.split(batch))));
    }
    report({
      id: 'P7c',
      ours: figure((BATCH * 1000) / median(times)),
      unit: 'commands/s',
      accounts: at.wallets,
      transactions,
    });
    for (const { at: each } of ledgers) await each.close();
  },
};
