/** A small chaincode for tests of the ledger: puts, reads and counters, named in JSON. */
import type { Chaincode, StatePort } from '../../chaincode/kernel/state-port.js';
import { GridbookError } from '../../schema/errors.js';

const PAGE_BYTES = 50_000;

/**
 * One step: `['put', key, text]`, `['get', key]`, `['add', key, n]`, `['fill', key, pages]`, `['wait', name]`,
 * `['refuse']` or `['fail']`.
 */
export type Step = readonly [string, ...(string | number)[]];

/** Reads see the committed state; the event tells what each step saw. */
export class ToyChaincode implements Chaincode {
  /** Steps `wait` end when the test says so. */
  readonly gates = new Map<string, Promise<unknown>>();
  /** Values as the port handed them out, newest last. */
  readonly seen: (Uint8Array | undefined)[] = [];

  async execute(port: StatePort, args: Uint8Array): Promise<void> {
    const results: (string | number | null)[] = [];
    for (const [verb, name = '', value = ''] of JSON.parse(Buffer.from(args).toString()) as Step[]) {
      const key = String(name);
      if (verb === 'put') await port.putState(key, Buffer.from(String(value)));
      else if (verb === 'get') results.push(textOf(this.note(await port.getState(key))));
      else if (verb === 'add') {
        const sum = Number(textOf(await port.getState(key)) ?? 0) + Number(value);
        await port.putState(key, Buffer.from(String(sum)));
        results.push(sum);
      } else if (verb === 'fill') {
        for (let i = 0; i < Number(value); i++)
          await port.putState(`${key}${i}`, Buffer.alloc(PAGE_BYTES, i));
      } else if (verb === 'wait') await this.gates.get(key);
      else if (verb === 'refuse') throw new GridbookError('BATCH_TOO_SPREAD');
      else throw new Error('a fault of the chaincode');
    }
    port.setEvent(Buffer.from(JSON.stringify([port.creator.organisation, port.timeMs, results])));
  }

  private note(value: Uint8Array | undefined): Uint8Array | undefined {
    this.seen.push(value);
    return value;
  }
}

export const steps = (...list: Step[]): Uint8Array => Buffer.from(JSON.stringify(list));

function textOf(value: Uint8Array | undefined): string | null {
  return value ? Buffer.from(value).toString() : null;
}
