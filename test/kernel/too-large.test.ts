/** K8: a lone command that is too large for any transaction is refused, and nothing that it wrote stands. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Kernel } from '../../chaincode/kernel/execute.js';
import { decodeBatchEvent, type BatchEvent } from '../../schema/batch-event.js';
import { errorCodeOf } from '../../schema/errors.js';
import { LIMITS } from '../../schema/limits.js';
import { LANE, START_MS, startBatch, swellBatch, swelling, TOO_LARGE, type Swelling } from './swelling.js';

interface Done {
  readonly event: BatchEvent;
  /** Keys in the order in which they were put. */
  readonly put: readonly string[];
  readonly bytes: number;
}

/** A state whose puts cannot be taken back, as Fabric's. */
class Memory {
  readonly state = new Map<string, Uint8Array>();
  private readonly kernel = new Kernel(swelling);

  static async open(): Promise<Memory> {
    const at = new Memory();
    await at.run(startBatch());
    return at;
  }

  async run(args: Uint8Array): Promise<Done> {
    const put: string[] = [];
    const writes = new Map<string, Uint8Array>();
    const events: Uint8Array[] = [];
    await this.kernel.execute(
      {
        ...{ transactionId: 't', timeMs: START_MS, creator: { organisation: LANE, role: 'HOST' } },
        getState: (key) => this.state.get(key),
        putState: (key, value) => {
          put.push(key);
          writes.set(key, Buffer.from(value));
        },
        setEvent: (payload) => events.push(payload),
      },
      args,
    );
    expect(events).toHaveLength(1);
    for (const [key, value] of writes) this.state.set(key, value);
    const sizes = [...writes].map(([key, value]) => key.length + value.length);
    const bytes = sizes.reduce((sum, size) => sum + size, events[0].length + args.length);
    return { event: decodeBatchEvent(events[0]), put, bytes };
  }

  swell(by: Swelling): Promise<Done> {
    return this.run(swellBatch(by));
  }

  balances(): unknown {
    const page = this.state.get(`${LANE}/acct/0`) as Uint8Array;
    return (JSON.parse(Buffer.from(page).toString()) as unknown[])[1];
  }
}

const familyOf = (key: string): string => key.split('/')[1];
const codes = (event: BatchEvent): unknown[] => event.refused.map(([, number]) => errorCodeOf(number));
/** What a refusal writes: the lane's head, and the memory of keys. */
const OF_REFUSAL = ['head', 'id', 'idh'];

describe('a lone command that is too large', () => {
  test.each(TOO_LARGE)('is refused with %s, and only the refusal is put', async (code, by) => {
    const at = await Memory.open();
    const { event, put } = await at.swell(by);
    expect(codes(event)).toEqual([code]);
    expect([event.events, event.accountPages]).toEqual([[], []]);
    expect(put.map(familyOf)).toEqual(OF_REFUSAL);
    expect(at.balances()).toEqual([0, 0, 0]);
  });

  test.each(TOO_LARGE)('leaves the ledger such that the next one stands (%s)', async (_, by) => {
    const at = await Memory.open();
    await at.swell(by);
    const { event } = await at.swell({ pages: 1, pageText: 1, eventText: 1 });
    expect(codes(event)).toEqual([]);
    expect(event.events).toMatchObject([[0, 'swollen', 'x']]);
    expect(at.balances()).toEqual([0, -5, 5]);
  });

  test('of any size puts what stands once and in order, or its refusal alone', async () => {
    const about = (limit: number): fc.Arbitrary<number> =>
      fc.oneof(fc.nat(100), fc.integer({ min: limit - 100, max: limit + 100 }));
    const size = fc.record({
      pages: fc.oneof(fc.nat(3), fc.integer({ min: 60, max: 70 })),
      pageText: fc.oneof(about(LIMITS.pageBytes), fc.integer({ min: 56_000, max: LIMITS.pageBytes - 100 })),
      eventText: about(LIMITS.eventBytes),
    });
    const seen = new Set<unknown>();
    await fc.assert(
      fc.asyncProperty(size, async (by) => {
        const at = await Memory.open();
        const { event, put, bytes } = await at.swell(by);
        expect(put).toEqual([...new Set(put)].sort());
        expect(bytes).toBeLessThanOrEqual(LIMITS.transactionBytes);
        const [refused] = codes(event);
        if (refused) expect(put.map(familyOf)).toEqual(OF_REFUSAL);
        else expect(put.filter((key) => familyOf(key) === 'swollen')).toHaveLength(by.pages);
        expect(at.balances()).toEqual(refused ? [0, 0, 0] : [0, -5, 5]);
        seen.add(refused);
      }),
      { numRuns: 80, seed: 23 },
    );
    expect(seen).toEqual(new Set([undefined, ...TOO_LARGE.map(([code]) => code)]));
  });
});
