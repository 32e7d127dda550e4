/**
 * One Fabric network for many scenarios. Each takes a ledger that nobody has used: a definition of the chaincode under a
 * name of its own, so that its state is its own too.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONTRACT_VERSION } from '../../../schema/contract.js';
import { Consortium } from '../../../network/fabric/consortium.js';
import { bringDown, bringUp, Layout, type NetworkPlan } from '../../../network/fabric/index.js';
import { chaincodeProcess, packageFor } from '../../../network/fabric/nodes.js';
import { startProcess, stopProcess } from '../../../network/fabric/processes.js';
import type { Programs } from '../../../network/fabric/programs.js';
import { GUESTS } from './guests.js';
import { LIMITS_VARIABLE } from './shared-limits.js';

const PROGRAM = fileURLToPath(new URL('./chaincode.js', import.meta.url));
/** Ledgers that are made before a scenario asks for them. */
const AHEAD = 2;

export interface ScenarioNetworkOptions {
  readonly folder: string;
  readonly programs: Programs;
  readonly basePort: number;
}

export class ScenarioNetwork {
  private readonly ready: Promise<string>[] = [];

  private constructor(
    private readonly layout: Layout,
    private readonly consortium: Consortium,
    private readonly server: Server,
    readonly limitsFile: string,
  ) {
    server.on('request', (_, response) => {
      this.take().then(
        (name) => response.end(name),
        (error: unknown) => response.writeHead(500).end((error as Error).message),
      );
    });
  }

  static async open(options: ScenarioNetworkOptions): Promise<ScenarioNetwork> {
    const layout = new Layout(options.folder);
    try {
      const limitsFile = join(options.folder, 'limits.json');
      const plan = await start(layout, options, limitsFile);
      const consortium = new Consortium(layout, plan);
      await consortium.follow();
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return new ScenarioNetwork(layout, consortium, server, limitsFile);
    } catch (error) {
      await bringDown(layout, { wipe: true });
      throw error;
    }
  }

  /** Where a ledger is asked for. */
  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    this.server.close();
    await Promise.allSettled(this.ready);
    this.consortium.close();
    await bringDown(this.layout, { wipe: true });
  }

  /** Name of a ledger that nobody has used. */
  private take(): Promise<string> {
    while (this.ready.length <= AHEAD) this.ready.push(this.make(this.ready.at(-1)));
    return this.ready.shift() as Promise<string>;
  }

  private async make(after?: Promise<string>): Promise<string> {
    await after;
    const name = `scenario-${randomBytes(8).toString('hex')}`;
    await this.consortium.define({ name, version: CONTRACT_VERSION, sequence: 1 }, (organisation) =>
      packageFor(this.layout, organisation),
    );
    return name;
  }
}

async function start(
  layout: Layout,
  { folder, programs, basePort }: ScenarioNetworkOptions,
  limitsFile: string,
): Promise<NetworkPlan> {
  const plan = await bringUp({
    ...{ folder, programs, basePort, organisations: 2, peers: 1, orderers: 1, step: () => undefined },
    // Scenarios set the clock, and more organisations act in them than have peers.
    liberties: { anyTime: true, guests: GUESTS },
  });
  for (const organisation of plan.organisations) {
    const usual = chaincodeProcess(layout, organisation);
    await stopProcess(layout, usual.name);
    const environment = { ...usual.environment, [LIMITS_VARIABLE]: limitsFile };
    startProcess(layout, { ...usual, args: [PROGRAM], environment });
  }
  return plan;
}
