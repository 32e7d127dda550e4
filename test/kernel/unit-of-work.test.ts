/** Pages that a command needs are asked for together. */
import { describe, expect, test } from '@jest/globals';
import { PageMemory, PageMiss } from '../../chaincode/kernel/pages.js';
import type { StatePort } from '../../chaincode/kernel/state-port.js';
import { UnitOfWork } from '../../chaincode/kernel/unit-of-work.js';
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
