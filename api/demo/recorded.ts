/**
 * What a lane was given already. A community that was interrupted gives its commands again from the first one on:
 * those that stand here are not given a second time, and the numbers that they were answered are read from the ledger.
 */
import type { Ledger } from '../../network/ledger.js';
import { decodeBatchEvent } from '../../schema/batch-event.js';
import {
  beginsAsBatchOf,
  encodeBatch,
  type CommandInput,
  type CommandShape,
  type EventShape,
} from '../../schema/command.js';
import { cell } from '../../schema/fields.js';
import { TRADE_COMMANDS, TRADE_EVENTS } from '../../schema/trade/index.js';
import { tariffPublish } from '../../schema/trade/market.js';
import { argsOf, readBatch, type ReadSegment } from '../../schema/read-batch.js';
import { viewEvent } from '../../schema/read-event.js';

const COMMANDS: ReadonlyMap<string, CommandShape> = new Map(
  TRADE_COMMANDS.map((shape) => [shape.name, shape]),
);
const EVENTS: ReadonlyMap<string, EventShape> = new Map(TRADE_EVENTS.map((shape) => [shape.name, shape]));

/** What the lane has is not the beginning of the community that is to live on. */
export class OtherCommunityError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'OtherCommunityError';
  }
}

type Numbers = Record<string, number>;

export class Recorded {
  /** Fields of the events of each command, by what the command says; alike ones in their order. */
  private readonly numbers = new Map<string, Numbers[]>();
  private count = 0;
  private first: number | undefined;

  /** Of a lane that nothing was given. */
  static readonly none = new Recorded();

  static async of(ledger: Ledger, lane: string): Promise<Recorded> {
    const recorded = new Recorded();
    if ((await ledger.readState(`${lane}/head/0`)) === undefined) return recorded;
    const height = ledger.height();
    for await (const { number, transactions } of ledger.blocks(0)) {
      for (const { valid, args, event } of transactions) {
        if (valid && beginsAsBatchOf(lane, args)) recorded.add(args, event);
      }
      if (number + 1 >= height) break;
    }
    return recorded;
  }

  /** Commands that were not taken. */
  get left(): number {
    return this.count;
  }

  /** From when on the lane's first tariff holds, in ms since 1970: the first interval of a community that began. */
  get from(): number | undefined {
    return this.first;
  }

  /** Fields of a command's events where it was applied before; each time that it was is answered once. */
  take(command: CommandInput): Numbers | undefined {
    if (this.count === 0) return undefined;
    const [segment] = readBatch(encodeBatch('', [command]), COMMANDS).segments;
    const found = this.numbers.get(textOf(segment, 0))?.shift();
    if (found) this.count--;
    return found;
  }

  private add(args: Uint8Array, eventBytes: Uint8Array): void {
    const event = decodeBatchEvent(eventBytes);
    const passedOver = new Set([...event.refused, ...event.replayed].map(([index]) => index));
    const numbers = new Map<number, Numbers>();
    for (const wire of event.events) {
      numbers.set(wire[0], { ...numbers.get(wire[0]), ...(viewEvent(wire, EVENTS).fields as Numbers) });
    }
    for (const segment of readBatch(args, COMMANDS).segments) {
      for (let i = 0; i < segment.count; i++) {
        const index = segment.first + i;
        if (!passedOver.has(index)) this.put(segment, i, numbers.get(index) ?? {});
      }
    }
  }

  private put(segment: ReadSegment, i: number, numbers: Numbers): void {
    const text = textOf(segment, i);
    const alike = this.numbers.get(text);
    if (alike) alike.push(numbers);
    else this.numbers.set(text, [numbers]);
    this.count++;
    const { shape } = segment;
    if (shape !== tariffPublish) return;
    this.first ??= argsOf({ ...segment, shape }, i).effectiveFrom as number;
  }
}

/** What a command says, without its key: the fields of a shape have one order. */
const textOf = (segment: ReadSegment, i: number): string => {
  const { name, shape, actors } = segment;
  return JSON.stringify([name, cell(actors, i), shape ? argsOf({ ...segment, shape }, i) : null]);
};
