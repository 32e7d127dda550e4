/** A ledger with many wallets, and batches of transfers between them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { gridbookChaincode } from '../../chaincode/index.js';
import type { Chaincode } from '../../chaincode/kernel/state-port.js';
import { EmbeddedLedger } from '../../network/embedded/ledger.js';
import type { CommittedTransaction, Ledger } from '../../network/ledger.js';
import { decodeBatchEvent } from '../../schema/batch-event.js';
import { encodeBatch, type CommandInput, type CommandShape } from '../../schema/command.js';
import { GridbookError } from '../../schema/errors.js';
import { keyFromUuid } from '../../schema/ids.js';
import { sparkzMint, sparkzTransfer } from '../../schema/trade/money.js';
import { accountOpen, participantRegister, unitRegister } from '../../schema/trade/registration.js';

export const LANE = 'Brightwater';
export const HOST = { organisation: LANE, role: 'HOST' } as const;
const OWNER = 1;
export const BATCH = 5_000;

export class BenchLedger {
  /** Number of the first wallet; they follow one another. */
  first = 0;
  wallets = 0;
  series = 0;
  /** Bytes of the values that the last transaction wrote, by key. */
  readonly written = new Map<string, Uint8Array>();
  private seed = 12_345;

  constructor(
    readonly ledger: Ledger,
    /** Ends what the ledger stands on. */
    private readonly dispose: () => Promise<void> = () => Promise.resolve(),
  ) {}

  /** An embedded ledger in a folder of its own. */
  static async open(): Promise<BenchLedger> {
    const directory = mkdtempSync(join(tmpdir(), 'gridbook-bench-'));
    const inner = gridbookChaincode();
    const holder: { bench?: BenchLedger } = {};
    const chaincode: Chaincode = {
      execute: (port, args) => {
        holder.bench?.written.clear();
        return inner.execute(
          {
            transactionId: port.transactionId,
            timeMs: port.timeMs,
            creator: port.creator,
            getState: (key) => port.getState(key),
            putState: (key, value) => {
              holder.bench?.written.set(key, value);
              return port.putState(key, value);
            },
            setEvent: (payload) => port.setEvent(payload),
          },
          args,
        );
      },
    };
    const ledger = await EmbeddedLedger.open({ directory, chaincode });
    const bench = new BenchLedger(ledger, async () => {
      await ledger.close();
      rmSync(directory, { recursive: true, force: true });
    });
    holder.bench = bench;
    return bench;
  }

  command(shape: CommandShape, args: object, actor = 0): CommandInput {
    return { shape, key: keyFromUuid(v7()), actor, args: args as Record<string, unknown> };
  }

  async submit(
    commands: readonly CommandInput[],
    identity: { organisation: string; role: string } = HOST,
  ): Promise<CommittedTransaction> {
    const done = await this.ledger.submit({ lane: LANE, identity, args: encodeBatch(LANE, commands) });
    const { refused } = decodeBatchEvent(done.event);
    if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused[0])}`);
    return done;
  }

  /** Gives a batch, in halves where it is too large for one transaction, as a lane would; answers how many it took. */
  async split(commands: readonly CommandInput[]): Promise<number> {
    try {
      await this.submit(commands);
      return 1;
    } catch (error) {
      if (!(error instanceof GridbookError) || error.code !== 'TRANSACTION_TOO_LARGE' || commands.length < 2)
        throw error;
      const middle = commands.length >> 1;
      return (await this.split(commands.slice(0, middle))) + (await this.split(commands.slice(middle)));
    }
  }

  /** Gives many commands in batches. */
  async all(count: number, make: (i: number) => CommandInput): Promise<void> {
    for (let from = 0; from < count; from += BATCH) {
      await this.submit(Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => make(from + i)));
    }
  }

  /** Opens wallets up to a number, and funds the first `funded` of them. */
  async grow(wallets: number, funded: number): Promise<void> {
    if (this.wallets === 0) {
      await this.submit([
        this.command(participantRegister, { participantId: 'bench' }),
        this.command(unitRegister, {
          unitKind: 'SPARKZ',
          currency: 'AUD',
          region: 'bench',
          ceilingMicros: 1e12,
        }),
      ]);
      this.series = 1;
      this.first = 2;
    }
    const before = this.wallets;
    await this.all(wallets - before, () =>
      this.command(accountOpen, {
        participant: OWNER,
        network: 0,
        unit: this.series,
        kind: 'WALLET',
        floorMicros: 0,
      }),
    );
    this.wallets = wallets;
    if (before === 0) {
      await this.submit([
        this.command(sparkzMint, {
          unit: this.series,
          to: this.first,
          amountMicros: 9e11,
          receiptReference: 'bench',
        }),
      ]);
    }
    await this.all(Math.max(0, funded - Math.max(before, 1)), (i) =>
      this.command(
        sparkzTransfer,
        { from: this.first, to: this.first + Math.max(before, 1) + i, amountMicros: 500_000 },
        OWNER,
      ),
    );
  }

  private random(below: number): number {
    this.seed = (Math.imul(this.seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.seed / 2 ** 32) * below);
  }

  /** Transfers between random wallets. */
  transfers(count: number, among = this.wallets): CommandInput[] {
    return Array.from({ length: count }, () => {
      const from = this.random(among);
      const to = (from + 1 + this.random(among - 1)) % among;
      return this.command(
        sparkzTransfer,
        { from: this.first + from, to: this.first + to, amountMicros: 1 },
        OWNER,
      );
    });
  }

  close(): Promise<void> {
    return this.dispose();
  }
}
