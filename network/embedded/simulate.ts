/** Running the chaincode on a snapshot: what it read, with versions, and what it would write. */
import type { Chaincode, Creator, StatePort } from '../../chaincode/kernel/state-port.js';
import { GridbookError } from '../../schema/errors.js';
import { LIMITS } from '../../schema/limits.js';
import { sha256 } from '../x509/der.js';
import type { Read, Simulation, Version, Write } from './envelope.js';

/** Bytes of the longest key. */
export const KEY_BYTES = 1024;

/** A committed value and where it was written. */
export interface VersionedValue extends Version {
  readonly value: Uint8Array;
}

/** What a transaction runs with. */
export interface SimulationInput {
  readonly transactionId: string;
  readonly timeMs: number;
  readonly creator: Creator;
  readonly args: Uint8Array;
  /** The committed state, which does not change while the transaction runs. */
  get(key: string): VersionedValue | undefined;
}

const NOTHING = new Uint8Array(0);

/**
 * Runs one transaction. A `GridbookError` of the chaincode is passed on; anything else that it throws is a fault and
 * becomes INTERNAL. Reads and writes come out ascending by the key's UTF-16 code units, each key once.
 */
export async function simulate(chaincode: Chaincode, input: SimulationInput): Promise<Simulation> {
  const port = new SimulationPort(input);
  try {
    await chaincode.execute(port, input.args);
  } catch (error) {
    throw error instanceof GridbookError ? error : new GridbookError('INTERNAL', undefined, { cause: error });
  }
  return port.finish();
}

class SimulationPort implements StatePort {
  readonly transactionId: string;
  readonly timeMs: number;
  readonly creator: Creator;
  private readonly reads = new Map<string, VersionedValue | undefined>();
  private readonly writes = new Map<string, Uint8Array>();
  private event: Uint8Array = NOTHING;
  private bytes: number;
  private ended = false;

  constructor(private readonly input: SimulationInput) {
    this.transactionId = input.transactionId;
    this.timeMs = input.timeMs;
    this.creator = input.creator;
    this.bytes = input.args.length;
  }

  getState(key: string): Uint8Array | undefined {
    this.assertRunning();
    if (this.reads.has(key)) return this.reads.get(key)?.value;
    assertKey(key);
    const found = this.input.get(key);
    this.reads.set(key, found);
    return found?.value;
  }

  putState(key: string, value: Uint8Array): void {
    this.assertRunning();
    const before = this.writes.get(key);
    if (before) this.count(-before.length);
    else {
      assertKey(key);
      this.count(Buffer.byteLength(key));
    }
    this.count(value.length);
    this.writes.set(key, value);
  }

  setEvent(payload: Uint8Array): void {
    this.assertRunning();
    this.count(payload.length - this.event.length);
    this.event = payload;
  }

  finish(): Simulation {
    this.ended = true;
    if (this.bytes > LIMITS.transactionBytes) throw new GridbookError('TRANSACTION_TOO_LARGE');
    const reads = sorted(this.reads).map(([key, found]): Read => ({ key, version: found }));
    const writes = sorted(this.writes).map(([key, value]): Write => ({ key, value, digest: sha256(value) }));
    return { reads, writes, event: this.event };
  }

  private count(bytes: number): void {
    this.bytes += bytes;
    // Stops a run that fills memory; the limit itself is judged at the end.
    if (this.bytes > 2 * LIMITS.transactionBytes) throw new GridbookError('TRANSACTION_TOO_LARGE');
  }

  private assertRunning(): void {
    if (this.ended) throw new Error('the transaction has ended');
  }
}

function assertKey(key: string): void {
  if (
    key.length === 0 ||
    key.length > KEY_BYTES ||
    Buffer.byteLength(key) > KEY_BYTES ||
    key.includes('\0') ||
    !key.isWellFormed()
  ) {
    throw new RangeError('a state key is empty, too long, or holds U+0000 or half a surrogate pair');
  }
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
