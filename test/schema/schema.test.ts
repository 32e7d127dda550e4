/** The language: exact arithmetic, one text for a value, keys that sort by time, days that have 23, 24 or 25 hours. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { amountMicros, mulDivFloor, mulDivRound, UnsafeIntegerError } from '../../schema/arithmetic.js';
import { canonicalJson, type Json } from '../../schema/canonical.js';
import { encodeBatch, ROLES } from '../../schema/command.js';
import { ERRORS, errorCodeOf } from '../../schema/errors.js';
import { cell, collapse, field, fromWire, isWireValue, toWire, type Field } from '../../schema/fields.js';
import { keyFromUuid, keyTimeAt, uuidFromKey } from '../../schema/ids.js';
import { localDayOf, type ZoneOffsets } from '../../schema/intervals.js';
import { argsOf, readBatch } from '../../schema/read-batch.js';
import { lineAmountMicros, type TariffLine } from '../../schema/trade/charges.js';
import { TRADE_COMMANDS, TRADE_EVENTS } from '../../schema/trade/index.js';
import { instant, microsPerMWh, wh } from '../../schema/units.js';
import { uuidAt } from '../scenarios/world.js';

const safe = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
const isSafe = (n: bigint): boolean =>
  n <= BigInt(Number.MAX_SAFE_INTEGER) && n >= BigInt(Number.MIN_SAFE_INTEGER);

describe('arithmetic', () => {
  test('multiplies, divides and rounds half away from zero, exact at any size', () => {
    fc.assert(
      fc.property(safe, fc.oneof(safe, fc.integer()), fc.integer({ min: 1, max: 2 ** 40 }), (a, b, c) => {
        const product = BigInt(a) * BigInt(b);
        const size = product < 0n ? -product : product;
        const rounded = (size * 2n + BigInt(c)) / (2n * BigInt(c));
        const expected = product < 0n ? -rounded : rounded;
        if (isSafe(expected)) expect(BigInt(mulDivRound(a, b, c))).toBe(expected);
        else expect(() => mulDivRound(a, b, c)).toThrow(UnsafeIntegerError);
        const floor =
          product >= 0n || product % BigInt(c) === 0n ? product / BigInt(c) : product / BigInt(c) - 1n;
        if (isSafe(floor)) expect(BigInt(mulDivFloor(a, b, c))).toBe(floor);
      }),
      { numRuns: 2_000, seed: 29 },
    );
  });

  test.each([
    [300_000_000, 1_000, 300_000],
    [-300_000_000, 1, -300],
    [500_000, 1, 1],
    [-500_000, 1, -1],
    [499_999, 1, 0],
  ])('%d micros per MWh × %d Wh = %d micros', (price, quantity, amount) => {
    expect(amountMicros(microsPerMWh(price), wh(quantity))).toBe(amount);
  });

  test('an interval’s shares of a standing line sum to the day, for every interval length', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e9, max: 1e9 }),
        fc.constantFrom(300, 900, 1800, 3600),
        fc.integer({ min: 0, max: 20_000 }),
        (rateMicros, durationSeconds, day) => {
          const line = {
            lineId: 'l',
            payee: 1,
            basis: 'DAY',
            rateMicros,
            taxCode: 'S',
            staysPayableOnTraded: false,
          } as TariffLine;
          let sum = 0;
          for (let at = 0; at < 86_400; at += durationSeconds) {
            sum += lineAmountMicros(line, 0, {
              start: day * 86_400_000 + at * 1000,
              durationSeconds,
              sanctionedLoadW: 0,
            });
          }
          expect(sum).toBe(rateMicros);
        },
      ),
      { numRuns: 200, seed: 31 },
    );
  });
});

describe('canonical JSON', () => {
  test('is one text for a value, whatever the order of its keys', () => {
    const value = fc.letrec<{ json: Json }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 3 },
        safe.map((n) => n + 0),
        fc.string(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('json'), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('json'), { maxKeys: 4 }),
      ),
    })).json;
    const shuffled = (v: Json): Json =>
      Array.isArray(v)
        ? v.map(shuffled)
        : v !== null && typeof v === 'object'
          ? Object.fromEntries(
              Object.entries(v)
                .reverse()
                .map(([k, x]) => [k, shuffled(x as Json)]),
            )
          : v;
    fc.assert(
      fc.property(value, (v) => {
        const text = canonicalJson(v);
        expect(canonicalJson(shuffled(v))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(v)));
      }),
      { numRuns: 500, seed: 37 },
    );
  });
  test.each([1.5, -0, 2 ** 53, Number.NaN, undefined, 1n])('does not hold %p', (value) => {
    expect(() => canonicalJson(value as Json)).toThrow(TypeError);
  });
});

describe('keys', () => {
  test('stand for their UUID, tell its time, and sort by it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 2 ** 48 - 1 }), { minLength: 2, maxLength: 20 }),
        (times) => {
          const keys = times
            .map((time) => ({ time, uuid: uuidAt(time) }))
            .map((x) => ({ ...x, key: keyFromUuid(x.uuid) }));
          for (const { key, uuid, time } of keys) {
            expect(key).toHaveLength(22);
            expect(uuidFromKey(key)).toBe(uuid);
            expect(keyTimeAt(`${'x'.repeat(22)}${key}`, 22)).toBe(time);
          }
          const sorted = keys.slice().sort((a, b) => (a.key < b.key ? -1 : 1));
          sorted.reduce((before, next) => (expect(before.time).toBeLessThanOrEqual(next.time), next));
        },
      ),
      { numRuns: 200, seed: 41 },
    );
  });
  test('of another version or alphabet are none', () => {
    const v4 = keyFromUuid('3fa85f64-5717-4562-b3fc-2c963f66afa6');
    for (const key of [v4, `${keyFromUuid(uuidAt(1)).slice(0, 21)}!`, '', 'é'.repeat(22)])
      expect(keyTimeAt(key, 0)).toBe(-1);
  });
});

const HOUR = 3_600_000;
const ZONES: ZoneOffsets[] = [
  {
    zone: 'Europe/Berlin',
    from: [
      Date.UTC(2020, 9, 25, 1),
      Date.UTC(2021, 2, 28, 1),
      Date.UTC(2021, 9, 31, 1),
      Date.UTC(2022, 2, 27, 1),
    ].map(instant),
    offsetSeconds: [3_600, 7_200, 3_600, 7_200],
  },
  {
    // Half an hour of daylight saving.
    zone: 'Australia/Lord_Howe',
    from: [Date.UTC(2020, 9, 3, 15, 30), Date.UTC(2021, 3, 3, 15), Date.UTC(2021, 9, 2, 15, 30)].map(instant),
    offsetSeconds: [39_600, 37_800, 39_600],
  },
  // Midnight itself is skipped when the clock goes forward.
  {
    zone: 'America/Santiago',
    from: [Date.UTC(2021, 3, 4, 3), Date.UTC(2021, 8, 5, 4)].map(instant),
    offsetSeconds: [-14_400, -10_800],
  },
];

describe('local days', () => {
  test.each(ZONES)(
    'of $zone follow one another without gap or overlap, and are those of the platform’s time zone table',
    (zone) => {
      const format = new Intl.DateTimeFormat('en-CA', {
        timeZone: zone.zone,
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
      });
      const end = Date.UTC(2021, 11, 1);
      let day = localDayOf(zone, instant(Date.UTC(2021, 3, 10)));
      const lengths = new Set<number>();
      while (day.to < end) {
        expect([format.format(day.from), format.format(day.to - 1)]).toEqual([day.date, day.date]);
        lengths.add((day.to - day.from) / HOUR);
        const next = localDayOf(zone, day.to);
        expect(next.from).toBe(day.to);
        day = next;
      }
      expect(lengths.has(24)).toBe(true);
      expect(lengths.size).toBeGreaterThan(1);
    },
  );
});

/** Random values of a field, as the ledger sees them. */
function valuesOf(of: Field): fc.Arbitrary<unknown> {
  switch (of.kind) {
    case 'integer':
      return fc.integer({ min: of.min, max: of.max });
    case 'text':
      return of.id
        ? fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/)
        : fc.stringMatching(new RegExp(`^[ -~]{1,${Math.min(of.maxLength, 30)}}$`));
    case 'choice':
      return fc.constantFrom(...of.values);
    case 'boolean':
      return fc.boolean();
    case 'optional':
      return fc.option(valuesOf(of.of), { nil: null });
    case 'list':
      return fc.array(valuesOf(of.of), { maxLength: Math.min(of.max, 3) });
    case 'record':
      return fc.record(Object.fromEntries(Object.entries(of.fields).map(([n, f]) => [n, valuesOf(f)])));
  }
}

describe('fields', () => {
  const all = [...TRADE_COMMANDS, ...TRADE_EVENTS].flatMap((shape) => [
    ...Object.values(shape.fields),
    ...Object.values(shape.rows ?? {}),
  ]);
  test('go to the wire and back', () => {
    for (const of of all) {
      fc.assert(
        fc.property(valuesOf(of), (value) => {
          const wire = toWire(of, value);
          expect(isWireValue(of, wire)).toBe(true);
          expect(fromWire(of, JSON.parse(JSON.stringify(wire)) as Json)).toEqual(value);
        }),
        { numRuns: 10, seed: 43 },
      );
    }
  });
  test('a column of one value is written once and read for every row', () => {
    const of = field.count('n', 9);
    expect(collapse(of, [3, 3, 3])).toBe(3);
    expect([0, 1, 2].map((i) => cell(collapse(of, [3, 4, 3]), i))).toEqual([3, 4, 3]);
  });
  test('commands go into a batch and come out of it as they were', () => {
    const command = fc.constantFrom(...TRADE_COMMANDS).chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        actor: fc.nat(5),
        args: fc
          .tuple(
            fc.record(Object.fromEntries(Object.entries(shape.fields).map(([n, f]) => [n, valuesOf(f)]))),
            fc.array(
              fc.record(
                Object.fromEntries(Object.entries(shape.rows ?? {}).map(([n, f]) => [n, valuesOf(f)])),
              ),
              { minLength: 1, maxLength: 3 },
            ),
          )
          .map(([args, rows]) =>
            shape.rows
              ? {
                  ...args,
                  rows: Object.fromEntries(
                    Object.keys(shape.rows).map((n) => [
                      n,
                      rows.map((r) => (r as Record<string, unknown>)[n]),
                    ]),
                  ),
                }
              : args,
          ),
      }),
    );
    const shapes = new Map(TRADE_COMMANDS.map((c) => [c.name, c]));
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 8 }), (commands) => {
        const inputs = commands.map((c) => ({ ...c, key: keyFromUuid(uuidAt(1_748_736_000_000)) }));
        const { segments, count } = readBatch(encodeBatch('Brightwater', inputs), shapes);
        expect(count).toBe(inputs.length);
        const read = segments.flatMap((s) =>
          Array.from({ length: s.count }, (_, i) => ({
            name: s.name,
            args: argsOf(s as never, i),
            actor: cell(s.actors, i),
          })),
        );
        expect(read).toEqual(inputs.map((c) => ({ name: c.shape.name, args: c.args, actor: c.actor })));
      }),
      { numRuns: 300, seed: 47 },
    );
  });
});

describe('the table of errors', () => {
  test('gives each code a number of its own, which finds it again', () => {
    const numbers = Object.values(ERRORS).map((e) => e.number);
    expect(new Set(numbers).size).toBe(numbers.length);
    for (const [code, { number, message, http }] of Object.entries(ERRORS)) {
      expect(errorCodeOf(number)).toBe(code);
      expect(message).toMatch(/^[A-Z].*\.$/);
      expect(http).toBeGreaterThanOrEqual(200);
    }
    expect(errorCodeOf(9_999)).toBeUndefined();
  });
  test('roles are a closed list', () => {
    expect(new Set(ROLES).size).toBe(7);
  });
});
