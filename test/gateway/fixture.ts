/** A gateway over a community that has lived two intervals; asked over real HTTP. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueToken } from '../../api/auth/issue.js';
import { localKey, type LocalKey } from '../../api/auth/keys.js';
import { TokenVerifier } from '../../api/auth/verify.js';
import type { Viewer } from '../../api/auth/viewer.js';
import { Lanes } from '../../api/lanes/lanes.js';
import { encodeNodeId } from '../../api/node-id.js';
import { Database } from '../../api/readmodel/database.js';
import { Projector } from '../../api/readmodel/projector.js';
import { startGateway, type Gateway, type GatewayOptions } from '../../api/server/gateway.js';
import type { Role } from '../../schema/command.js';
import { marketOpen } from '../../schema/trade/market.js';
import { TRADE_COMMANDS, TRADE_EVENTS } from '../../schema/trade/index.js';
import { Community, type CommunityOptions } from '../scenarios/community.js';
import { host, HOST, OFFICE, OPERATOR, PROVIDER, QUARTER, START_MS, uuidAt } from '../scenarios/world.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly data?: Record<string, never> | null;
  readonly errors?: { message: string; extensions: { code: string } }[];
  readonly extensions?: Record<string, unknown>;
  readonly text: string;
}

export const ORGANISATION: Readonly<Partial<Record<Role, string>>> = {
  HOST,
  NETWORK_OPERATOR: OPERATOR,
  METERING_DATA_PROVIDER: PROVIDER,
  REGULATOR: OFFICE,
  MARKET_OPERATOR: 'Marketplace',
  DISTRIBUTOR: 'Polesandwires',
};

export class GatewayFixture {
  private constructor(
    readonly at: Community,
    readonly database: Database,
    readonly projector: Projector,
    readonly gateway: Gateway,
    readonly key: LocalKey,
    private readonly folder: string,
    readonly lanes: Lanes,
  ) {}

  static async open(
    options: CommunityOptions = { homes: 6 },
    isDevelopment = false,
    databaseUrl?: string,
    more: Partial<GatewayOptions> = {},
  ): Promise<GatewayFixture> {
    const at = await Community.setUp(options);
    if (at.homes.length > 3) {
      await at.agree('CONTRACTED', 0, 1, 0.25, 200);
      await at.agree('NOMINATED', 0, 2, 0.2, 300);
    }
    await at.world.must(host, marketOpen, { market: at.market });
    const wh = at.homes.map((_, i): [number, number] => (i === 0 ? [0, 2000] : [300 * i, 0]));
    await at.run(START_MS, wh);
    at.world.at(START_MS + 2 * QUARTER);
    await at.run(START_MS + QUARTER, wh);
    const folder = mkdtempSync(join(tmpdir(), 'gridbook-gateway-'));
    const { ledger } = at.world;
    const database = await Database.open(databaseUrl === undefined ? {} : { databaseUrl });
    const projector = await Projector.start({
      database,
      ledger,
      ledgerId: 'one',
      commands: TRADE_COMMANDS,
      events: TRADE_EVENTS,
    });
    await projector.waitFor(ledger.height());
    const lanes = new Lanes({ ledger, events: TRADE_EVENTS });
    const key = await localKey(folder);
    const gateway = await startGateway({
      ledger,
      database,
      projector,
      lanes,
      verifier: await TokenVerifier.open({ localKey: key, isProduction: false, isLoopback: true }),
      host: '127.0.0.1',
      port: 0,
      isDevelopment,
      logLevel: 'silent',
      ...more,
    });
    return new GatewayFixture(at, database, projector, gateway, key, folder, lanes);
  }

  async close(): Promise<void> {
    await this.gateway.stop();
    await this.lanes.close();
    await this.projector.stop();
    await this.database.close();
    await this.at.world.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A token of an organisation's role, or of the participant of a home. */
  token(role: Role, home = 0, organisation = ORGANISATION[role] ?? HOST): Promise<string> {
    const viewer: Viewer = {
      subject: `test-${role}`,
      organisation,
      role,
      ...(role === 'PARTICIPANT'
        ? { participant: { lane: organisation, number: this.at.homes[home].participant } }
        : {}),
    };
    return issueToken(this.key, viewer, { lifetimeSeconds: 600 });
  }

  async post(body: string, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(this.gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    const text = await response.text();
    let parsed: object = {};
    try {
      parsed = JSON.parse(text) as object;
    } catch {
      parsed = {};
    }
    return { ...parsed, status: response.status, headers: response.headers, text } as Answer;
  }

  async ask(
    token: string | undefined,
    query: string,
    variables: object = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.post(JSON.stringify({ query, variables }), {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    });
  }

  /** Data of a query that must succeed. */
  async data<T>(
    token: string,
    query: string,
    variables: object = {},
    headers: Record<string, string> = {},
  ): Promise<T> {
    const answer = await this.ask(token, query, variables, headers);
    if (answer.errors || !answer.data) throw new Error(answer.text);
    return answer.data as T;
  }

  homes(i: number): number {
    return this.at.homes[i].connection;
  }

  participant(i: number): number {
    return this.at.homes[i].participant;
  }

  home(i: number): Community['homes'][number] {
    return this.at.homes[i];
  }

  id(kind: Parameters<typeof encodeNodeId>[0], number: number): string {
    return encodeNodeId(kind, HOST, number);
  }

  key7(): string {
    return uuidAt(this.at.world.now);
  }
}
