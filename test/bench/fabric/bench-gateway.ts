/** The real gateway over HTTP in front of a ledger, and the clients that give transfers through it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueToken } from '../../../api/auth/issue.js';
import { localKey } from '../../../api/auth/keys.js';
import { TokenVerifier } from '../../../api/auth/verify.js';
import { Lanes } from '../../../api/lanes/lanes.js';
import { encodeNodeId } from '../../../api/node-id.js';
import { Database } from '../../../api/readmodel/database.js';
import { Projector } from '../../../api/readmodel/projector.js';
import { startGateway } from '../../../api/server/gateway.js';
import type { FabricLedger } from '../../../network/fabric/index.js';
import { TRADE_COMMANDS, TRADE_EVENTS } from '../../../schema/trade/index.js';
import { LANE, type BenchLedger } from '../bench-ledger.js';
import { GraphqlClients } from './graphql-clients.js';

const PARTICIPANT = 1;

export class BenchGateway {
  private constructor(
    readonly clients: GraphqlClients,
    private readonly projector: Projector,
    private readonly height: () => number,
    private readonly closing: readonly (() => Promise<void>)[],
  ) {}

  static async open(at: BenchLedger, ledger: FabricLedger): Promise<BenchGateway> {
    const folder = mkdtempSync(join(tmpdir(), 'gridbook-bench-'));
    const database = await Database.open();
    const words = { commands: TRADE_COMMANDS, events: TRADE_EVENTS };
    const projector = await Projector.start({ database, ledger, ledgerId: ledger.ledgerId, ...words });
    const lanes = new Lanes({ ledger, events: TRADE_EVENTS });
    const key = await localKey(folder);
    // The limit of a participant's commands is not what is measured: its clock leaps.
    let nowMs = 0;
    const gateway = await startGateway({
      ...{ ledger, database, projector, lanes, isDevelopment: false, host: '127.0.0.1', port: 0 },
      verifier: await TokenVerifier.open({ localKey: key, isProduction: false, isLoopback: true }),
      nowMs: () => (nowMs += 1_000),
    });
    await projector.waitFor(ledger.height());
    const viewer = {
      ...{ subject: 'bench', organisation: LANE, role: 'PARTICIPANT' as const },
      participant: { lane: LANE, number: PARTICIPANT },
    };
    const token = await issueToken(key, viewer, { lifetimeSeconds: 3_600 });
    const accounts = Array.from({ length: at.wallets }, (_, i) =>
      encodeNodeId('Account', LANE, at.first + i),
    );
    const clients = new GraphqlClients({ url: gateway.url, token, accounts });
    return new BenchGateway(clients, projector, () => ledger.height(), [
      () => clients.close(),
      () => gateway.stop(),
      () => lanes.close(),
      () => projector.stop(),
      () => database.close(),
      () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
    ]);
  }

  /** Once the read model shows all that is committed. */
  level(): Promise<void> {
    return this.projector.waitFor(this.height());
  }

  async close(): Promise<void> {
    for (const close of this.closing) await close();
  }
}
