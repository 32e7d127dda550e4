/** Pages that a command needs are asked for together. */
import { describe, expect, test } from '@jest/globals';
import { PageMemory, PageMiss } from '../../chaincode/kernel/pages.js';
import type { StatePort } from '../../chaincode/kernel/state-port.js';
import { UnitOfWork } from '../../chaincode/kernel/unit-of-work.js';
import { PAGE_FORMAT } from '../../schema/command.js';
import { Refusal } from '../../schema/errors.js';

const port: StatePort = {
  transactionId: 't',
  timeMs: 0,
  creator: { organisation: 'o', role: 'HOST' },
  getState: () => undefined,
  putState: () => undefined,
  setEvent: () => undefined,
};

/** Runs `command` until it lacks nothing; answers what each run asked for. */
async function runs(command: (work: UnitOfWork) => void): Promise<string[][]> {
  const work = new UnitOfWork(port, new PageMemory());
  const asked: string[][] = [];
  for (;;) {
    try {
      command(work);
      return asked;
    } catch (error) {
      if (!(error instanceof PageMiss)) throw error;
      const { keys, width } = error;
      asked.push([...keys]);
      for (const key of keys) await work.load(key, width);
    }
  }
}

describe('visiting many things together', () => {
  const list = Array.from({ length: 1_000 }, (_, i) => i);

  test('asks for all that they lack at once, however many they are', async () => {
    const visited: number[] = [];
    const asked = await runs((work) => {
      visited.length = 0;
      work.together(list, (i) => {
        work.page(`first/${i}`, 1);
        work.page(`second/${i}`, 1);
        visited.push(i);
      });
    });
    expect(asked.map((keys) => keys.length)).toEqual([1_000, 1_000]);
    expect(visited).toEqual(list);
  });

  test('asks for pages of one width at a time, each with its own', async () => {
    const asked = await runs((work) => {
      work.together(list, (i) => expect(work.page(`${i}`, 1 + (i % 2)).columns).toHaveLength(1 + (i % 2)));
    });
    expect(asked.map((keys) => keys.length)).toEqual([500, 500]);
  });

  test('refuses what is refused before anything after it is asked for', async () => {
    const work = new UnitOfWork(port, new PageMemory());
    const refuse = (at: number): void =>
      work.together(list, (i) => {
        if (i === at) throw new Refusal('NOT_FOUND');
        work.page(`${i}`, 1);
      });
    expect(() => refuse(0)).toThrow(Refusal);
    let missed: readonly string[] = [];
    try {
      refuse(2);
    } catch (error) {
      missed = (error as PageMiss).keys;
    }
    expect(missed).toEqual(['0', '1']);
    for (const key of missed) await work.load(key, 1);
    expect(() => refuse(2)).toThrow(Refusal);
  });
});

describe('an engine that reads and writes many at once', () => {
  const engine = (): { asked: string[][]; put: string[][]; many: StatePort } => {
    const [asked, put]: [string[][], string[][]] = [[], []];
    const many: StatePort = {
      ...port,
      getStates: (keys) => {
        asked.push([...keys]);
        return Promise.resolve(keys.map((key) => Buffer.from(JSON.stringify([PAGE_FORMAT, [key]]))));
      },
      putStates: (writes) => {
        put.push(writes.map(({ key, value }) => `${key} ${Buffer.from(value).toString()}`));
        return Promise.resolve();
      },
    };
    return { asked, put, many };
  };

  test('is asked once for all pages that are not known, and each has its own value', async () => {
    const { asked, many } = engine();
    const work = new UnitOfWork(many, new PageMemory());
    await work.loadAll(['a', 'b'], 1);
    const a = work.page('a', 1);
    await work.loadAll(['a', 'd', 'c'], 1);
    expect(asked).toEqual([
      ['a', 'b'],
      ['d', 'c'],
    ]);
    expect(work.page('a', 1)).toBe(a);
    expect(['a', 'b', 'c', 'd'].map((key) => work.page(key, 1).columns)).toEqual(
      ['a', 'b', 'c', 'd'].map((key) => [[key]]),
    );
  });

  test('is given all that was written at once, in the order of keys', async () => {
    const { put, many } = engine();
    const work = new UnitOfWork(many, new PageMemory());
    await work.loadAll(['b', 'a', 'c'], 1);
    for (const key of ['b', 'a']) work.set(work.page(key, 1), 0, 0, key.toUpperCase());
    work.keep();
    work.encode();
    await work.flush();
    expect(put).toEqual([[`a [${PAGE_FORMAT},["A"]]`, `b [${PAGE_FORMAT},["B"]]`]]);
  });
});
