/**
 * A ledger with a clock that the scenario sets, spoken to command by command. Written against the `Ledger` port, so
 * that the same scenarios run on any engine.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGridbookLedger } from '../../network/embedded/gridbook.js';
import type { CommittedTransaction, Ledger } from '../../network/ledger.js';
import { decodeBatchEvent, type WireEvent } from '../../schema/batch-event.js';
import {
  encodeBatch,
  type Args,
  type CommandInput,
  type CommandShape,
  type OrganisationRole,
  type Role,
} from '../../schema/command.js';
import { errorCodeOf } from '../../schema/errors.js';
import { cell, fromWire } from '../../schema/fields.js';
import { keyFromUuid } from '../../schema/ids.js';
import { organisationRoleSet } from '../../schema/trade/registration.js';
import { TRADE_EVENTS } from '../../schema/trade/index.js';
import { fabricEngine, isOnFabric } from './fabric/engine.js';

/** 2025-06-01T00:00:00Z */
export const START_MS = 1_748_736_000_000;
export const MINUTE = 60_000;
export const QUARTER = 15 * MINUTE;

export const HOST = 'Brightwater';
export const OPERATOR = 'Gridline';
export const PROVIDER = 'Meterworks';
export const OFFICE = 'EnergyOffice';

export interface Giver {
  readonly organisation: string;
  readonly role: Role;
  /** Participant number; the host gives the command for it. */
  readonly actor?: number;
}
export const host: Giver = { organisation: HOST, role: 'HOST' };
export const operator: Giver = { organisation: OPERATOR, role: 'NETWORK_OPERATOR' };
export const provider: Giver = { organisation: PROVIDER, role: 'METERING_DATA_PROVIDER' };
export const regulator: Giver = { organisation: OFFICE, role: 'REGULATOR' };
export const marketOperator: Giver = { organisation: 'Marketplace', role: 'MARKET_OPERATOR' };
export const distributor: Giver = { organisation: 'Polesandwires', role: 'DISTRIBUTOR' };
export const participant = (actor: number): Giver => ({ organisation: HOST, role: 'HOST', actor });

export interface SeenEvent {
  readonly name: string;
  readonly fields: Record<string, unknown>;
  readonly rows: Record<string, unknown[]>;
}
export interface Outcome {
  /** 'OK', 'REPLAYED', or the code of the refusal. */
  readonly code: string;
  readonly field: string;
  readonly events: readonly SeenEvent[];
  readonly transaction: CommittedTransaction;
}

export interface Engine {
  readonly ledger: Ledger;
  setTime(timeMs: number): void;
  dispose(): Promise<void>;
}

/** The single-node ledger in a folder of its own. */
export async function embeddedEngine(): Promise<Engine> {
  const directory = mkdtempSync(join(tmpdir(), 'gridbook-scenario-'));
  let now = START_MS;
  const ledger = await openGridbookLedger({ directory, clock: () => now });
  return {
    ledger,
    setTime: (timeMs) => (now = timeMs),
    dispose: async () => {
      await ledger.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What the environment asks for. */
const usualEngine = (): Promise<Engine> => (isOnFabric() ? fabricEngine(START_MS) : embeddedEngine());

/** A UUIDv7 of an instant. */
export function uuidAt(timeMs: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(timeMs, 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export class World {
  now = START_MS;

  constructor(
    readonly engine: Engine,
    readonly lane: string = HOST,
  ) {}

  /** A lane that nobody has used. */
  static async unopened(make: () => Promise<Engine> = usualEngine): Promise<World> {
    return new World(await make());
  }

  /** A lane to which its host has admitted the usual organisations. */
  static async open(make?: () => Promise<Engine>): Promise<World> {
    const world = await World.unopened(make);
    await world.admit([operator, provider, regulator, marketOperator, distributor]);
    return world;
  }

  /** The host admits organisations to its lane, each in its role. */
  async admit(givers: readonly Giver[]): Promise<void> {
    const commands = givers.map(({ organisation, role }) =>
      this.command(host, organisationRoleSet, {
        ...{ organisation, role: role as OrganisationRole },
        ...{ admitted: true, reason: 'takes part' },
      }),
    );
    for (const { code } of await this.batch(host, commands)) {
      if (code !== 'OK') throw new Error(`an organisation is not admitted: ${code}`);
    }
  }

  get ledger(): Ledger {
    return this.engine.ledger;
  }

  /** Moves the clock; keys of later commands carry its time. */
  at(timeMs: number): this {
    this.now = timeMs;
    this.engine.setTime(timeMs);
    return this;
  }

  /** Gives one command and answers what came of it. */
  async give<C extends CommandShape>(giver: Giver, shape: C, args: Args<C>, key?: string): Promise<Outcome> {
    const [outcome] = await this.batch(giver, [this.command(giver, shape, args, key)]);
    return outcome;
  }

  /** Gives a command that must be applied; answers the numbers and values of its events, merged. */
  async must<C extends CommandShape>(giver: Giver, shape: C, args: Args<C>): Promise<Record<string, number>> {
    const outcome = await this.give(giver, shape, args);
    if (outcome.code !== 'OK') throw new Error(`${shape.name} was refused: ${outcome.code} ${outcome.field}`);
    return Object.assign({}, ...outcome.events.map((e) => e.fields)) as Record<string, number>;
  }

  command<C extends CommandShape>(
    giver: Giver,
    shape: C,
    args: Args<C>,
    key = uuidAt(this.now),
  ): CommandInput {
    return { shape, key: keyFromUuid(key), actor: giver.actor ?? 0, args: { ...(args as object) } };
  }

  /** Gives several commands of one identity as one transaction. */
  async batch(giver: Giver, commands: readonly CommandInput[]): Promise<Outcome[]> {
    const transaction = await this.ledger.submit({
      lane: this.lane,
      identity: { organisation: giver.organisation, role: giver.role },
      args: encodeBatch(this.lane, commands),
    });
    return outcomesOf(transaction, commands.length);
  }

  async close(): Promise<void> {
    await this.engine.dispose();
  }
}

export function outcomesOf(transaction: CommittedTransaction, count: number): Outcome[] {
  const event = decodeBatchEvent(transaction.event);
  const refused = new Map(event.refused.map(([index, code, field]) => [index, { code, field }]));
  const replayed = new Set(event.replayed.map(([index]) => index));
  return Array.from({ length: count }, (_, index) => {
    const refusal = refused.get(index);
    const code = refusal
      ? (errorCodeOf(refusal.code) ?? `${refusal.code}`)
      : replayed.has(index)
        ? 'REPLAYED'
        : 'OK';
    const events = event.events.filter(([at]) => at === index).map(readEvent);
    return { code, field: refusal?.field ?? '', events, transaction };
  });
}

/** An event by its names, read independently of the product's own reader. */
export function readEvent([, name, ...values]: WireEvent): SeenEvent {
  const shape = TRADE_EVENTS.find((e) => e.name === name);
  if (!shape) throw new Error(`no event ${name}`);
  const fieldNames = Object.keys(shape.fields);
  const fields = Object.fromEntries(fieldNames.map((n, i) => [n, fromWire(shape.fields[n], values[i])]));
  const [count, ...columns] = values.slice(fieldNames.length);
  const rows = Object.fromEntries(
    Object.entries(shape.rows ?? {}).map(([n, of], c) => [
      n,
      Array.from({ length: count as number }, (_, r) => fromWire(of, cell(columns[c], r))),
    ]),
  );
  return { name, fields, rows };
}
