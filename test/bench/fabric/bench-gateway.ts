/** The real gateway over HTTP in front of a ledger, and clients that give transfers through it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
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

const TRANSFER = `mutation ($input: SparkzTransferInput!) {
  sparkzTransfer(input: $input) { userErrors { code } receipt { transactionId } }
}`;
const PARTICIPANT = 1;

interface Answer {
  readonly errors?: unknown;
  readonly data?: { readonly sparkzTransfer: { readonly userErrors: readonly unknown[] } };
}

export class BenchGateway {
  /** A connection for each client, kept. */
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(
    private readonly at: BenchLedger,
    private readonly url: string,
    private readonly token: string,
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
    return new BenchGateway(at, gateway.url, token, projector, () => ledger.height(), [
      () => gateway.stop(),
      () => lanes.close(),
      () => projector.stop(),
      () => database.close(),
      () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
    ]);
  }

  /** A transfer of one client, between two accounts that no other client touches; ends with its receipt. */
  async transfer(client: number): Promise<void> {
    const account = (of: number): string =>
      encodeNodeId('Account', LANE, this.at.first + ((2 * client + of) % this.at.wallets));
    const input = { idempotencyKey: v7(), from: account(0), to: account(1), amountMicros: '1' };
    const { data, errors } = await this.ask(JSON.stringify({ query: TRANSFER, variables: { input } }));
    if (errors !== undefined || data?.sparkzTransfer.userErrors.length !== 0)
      throw new Error(`a transfer was refused: ${JSON.stringify({ data, errors })}`);
  }

  /** By the platform's plain client: `fetch` costs as much as the gateway's own work on such a request. */
  private ask(body: string): Promise<Answer> {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      authorization: `Bearer ${this.token}`,
    };
    return new Promise((resolve, reject) => {
      const asked = request(this.url, { method: 'POST', agent: this.agent, headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => (text += part));
        answer.on('end', () => resolve(JSON.parse(text) as Answer));
        answer.on('error', reject);
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }

  /** Once the read model shows all that is committed. */
  level(): Promise<void> {
    return this.projector.waitFor(this.height());
  }

  async close(): Promise<void> {
    this.agent.destroy();
    for (const close of this.closing) await close();
  }
}
