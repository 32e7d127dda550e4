/** P6: transfers on the embedded ledger, against a bare append and sync of the same bytes. */
import { BENCHMARKS } from '../../api/main/benchmarks.js';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { BATCH, BenchLedger } from './bench-ledger.js';
import { figure, median, sides, timed, type Bench } from './measure.js';

const BATCHES = 8;
const LONE = 200;

class Bare {
  private readonly folder = mkdtempSync(join(tmpdir(), 'gridbook-bare-'));
  private readonly fd = openSync(join(this.folder, 'blocks'), 'a');
  private readonly level = new ClassicLevel<string, Uint8Array>(join(this.folder, 'state'), {
    valueEncoding: 'view',
  });

  async write(block: Uint8Array, pages: ReadonlyMap<string, Uint8Array>): Promise<void> {
    this.append(block);
    await this.level.batch([...pages].map(([key, value]) => ({ type: 'put', key, value })));
  }

  append(block: Uint8Array): void {
    writeSync(this.fd, block);
    fdatasyncSync(this.fd);
  }

  async close(): Promise<void> {
    closeSync(this.fd);
    await this.level.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const transfers: Bench = {
  id: 'P6',
  what: BENCHMARKS.P6.what,
  async run(report) {
    const at = await BenchLedger.open();
    const bare = new Bare();
    await at.grow(10_000, 10_000);
    await at.submit(at.transfers(BATCH));
    const pages = new Map(at.written);
    const blockBytes = async (number: number): Promise<number> => {
      for await (const block of at.ledger.blocks(number)) return block.size;
      return 0;
    };
    const block = Buffer.alloc(await blockBytes(at.ledger.height() - 1), 1);
    const { ours, other } = await sides(
      5,
      async () => {
        let ms = 0;
        for (let i = 0; i < BATCHES; i++) {
          // Made just before it is given: a bucket of keys holds no more than a quarter of a second brings.
          const batch = at.transfers(BATCH);
          ms += await timed(() => at.submit(batch));
        }
        return ms;
      },
      () =>
        timed(async () => {
          for (let i = 0; i < BATCHES; i++) await bare.write(block, pages);
        }),
    );
    const rate = (ms: number): number => figure((BATCHES * BATCH * 1000) / ms);
    report({
      id: 'P6',
      ratio: figure(other / ours),
      ours: rate(ours),
      other: rate(other),
      unit: 'commands/s',
      blockBytes: block.length,
      pages: pages.size,
    });

    const lone: number[] = [];
    const synced: number[] = [];
    for (let i = 0; i < LONE; i++) {
      const command = at.transfers(1);
      lone.push(await timed(() => at.submit(command)));
      synced.push(await timed(() => bare.append(block.subarray(0, 1_500))));
    }
    const limit = 1.5 * median(synced) + 2;
    report({
      id: 'P6-lone',
      ratio: figure(median(lone) / limit),
      ours: figure(median(lone)),
      other: figure(median(synced)),
      unit: 'ms',
      goal: figure(limit),
    });
    await bare.close();
    await at.close();
  },
};
