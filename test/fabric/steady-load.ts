/** A steady stream of commands through a gateway, and what became of each. */
import { commandOf } from '../../api/demo/commands.js';
import { Lanes } from '../../api/lanes/lanes.js';
import { FabricLedger, type Layout, type NetworkPlan } from '../../network/fabric/index.js';
import { GridbookError } from '../../schema/errors.js';
import { TRADE_EVENTS } from '../../schema/trade/index.js';
import { participantRegister } from '../../schema/trade/registration.js';
import { Audit } from '../faults/fabric/audit.js';
import type { Place } from '../faults/fabric/load.js';
import { until } from '../faults/fabric/until.js';
import { HOST, LANE } from '../faults/fabric/words.js';

export class SteadyLoad {
  readonly acknowledged = new Map<string, Place>();
  /** Commands that did not go through in the end, and why. */
  readonly lost: string[] = [];
  private isOver = false;
  private static given = 0;
  private readonly running: Promise<void>;

  private constructor(
    readonly ledger: FabricLedger,
    private readonly lanes: Lanes,
  ) {
    this.running = this.run();
  }

  static async start(folder: string): Promise<SteadyLoad> {
    const ledger = await FabricLedger.open(folder);
    return new SteadyLoad(ledger, new Lanes({ ledger, events: TRADE_EVENTS }));
  }

  /** Does work while commands flow: some before it, some after it. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    await this.more(3);
    const result = await work();
    await this.more(3);
    return result;
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.running;
    await this.lanes.close();
    await this.ledger.close();
  }

  /** What is wrong, in words: nothing where each command that was given stands on every peer, once. */
  async audit(layout: Layout, plan: NetworkPlan): Promise<string[]> {
    const audit = new Audit(layout, plan);
    try {
      return [...this.lost, ...(await audit.check(this.ledger.height(), this.acknowledged))];
    } finally {
      await audit.close();
    }
  }

  private async more(count: number): Promise<void> {
    const wanted = this.acknowledged.size + count;
    await until('commands are acknowledged', () => this.acknowledged.size >= wanted || this.lost.length > 0);
  }

  private async run(): Promise<void> {
    while (!this.isOver) await this.give(`participant-${SteadyLoad.given++}`);
  }

  /** A command that nobody could decide is given again under its key, as any client does. */
  private async give(participantId: string): Promise<void> {
    const command = commandOf(participantRegister, { participantId });
    for (;;) {
      try {
        const { receipt, refusal } = await this.lanes.submit({ lane: LANE, identity: HOST, command });
        if (refusal) this.lost.push(`${participantId}: ${refusal.code}`);
        else this.acknowledged.set(command.key, { block: receipt.block, index: receipt.index });
        return;
      } catch (error) {
        if (error instanceof GridbookError && error.code === 'LEDGER_UNAVAILABLE') continue;
        this.lost.push(`${participantId}: ${String(error)} (${String((error as Error).cause)})`);
        return;
      }
    }
  }
}
