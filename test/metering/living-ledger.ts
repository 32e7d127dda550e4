/** A ledger with its lanes and its read model, for tests of what goes in at one end and comes out at the other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Lanes } from '../../api/lanes/lanes.js';
import { Database } from '../../api/readmodel/database.js';
import { Projector } from '../../api/readmodel/projector.js';
import { openGridbookLedger, type EmbeddedLedger } from '../../network/embedded/index.js';
import { TRADE_COMMANDS, TRADE_EVENTS } from '../../schema/trade/index.js';

export class LivingLedger {
  private constructor(
    readonly folder: string,
    readonly ledger: EmbeddedLedger,
    readonly lanes: Lanes,
    readonly database: Database,
    private readonly projector: Projector,
  ) {}

  static async open(): Promise<LivingLedger> {
    const folder = mkdtempSync(join(tmpdir(), 'gridbook-metering-'));
    const ledger = await openGridbookLedger({ directory: join(folder, 'ledger') });
    const database = await Database.open();
    const projector = await Projector.start({
      ...{ database, ledger, ledgerId: ledger.ledgerId },
      ...{ commands: TRADE_COMMANDS, events: TRADE_EVENTS },
    });
    const lanes = new Lanes({ ledger, events: TRADE_EVENTS });
    return new LivingLedger(folder, ledger, lanes, database, projector);
  }

  /** Waits until all that is on the ledger can be read. */
  level(): Promise<void> {
    return this.projector.waitFor(this.ledger.height());
  }

  async close(): Promise<void> {
    await this.lanes.close();
    await this.projector.stop();
    await this.database.close();
    await this.ledger.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
