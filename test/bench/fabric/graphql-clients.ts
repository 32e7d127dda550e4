/**
 * Clients of the gateway, in a thread of their own as they stand outside of it: what they cost is not to hold it up.
 * Each gives transfers between two accounts that no other client touches, one after the other.
 */
import { Agent, request } from 'node:http';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { v7 } from 'uuid';
import { timed } from '../measure.js';
import { closedLoop, type Load } from './load.js';

const TRANSFER = `mutation ($input: SparkzTransferInput!) {
  sparkzTransfer(input: $input) { userErrors { code } receipt { transactionId } }
}`;

interface Answer {
  readonly errors?: unknown;
  readonly data?: { readonly sparkzTransfer: { readonly userErrors: readonly unknown[] } };
}

export interface ClientsOptions {
  readonly url: string;
  readonly token: string;
  /** Node ids of the accounts: two a client, one after the other. */
  readonly accounts: readonly string[];
}

/** Loops of many clients; without them, one transfer of one. */
interface Task {
  readonly loops?: {
    readonly clients: number;
    readonly times: { readonly warmMs: number; readonly measuredMs: number };
  };
}

/** The clients' thread, as the benchmark sees it. */
export class GraphqlClients {
  private readonly worker: Worker;

  constructor(options: ClientsOptions) {
    this.worker = new Worker(new URL(import.meta.url), { workerData: options });
  }

  load(clients: number, times: { readonly warmMs: number; readonly measuredMs: number }): Promise<Load> {
    return this.give({ loops: { clients, times } }) as Promise<Load>;
  }

  /** Milliseconds that one transfer takes, as its client sees it. */
  one(): Promise<number> {
    return this.give({}) as Promise<number>;
  }

  private give(task: Task): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.worker.once('error', reject);
      this.worker.once('message', (done) => {
        this.worker.off('error', reject);
        resolve(done);
      });
      this.worker.postMessage(task);
    });
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }
}

/** Gives a transfer and ends with its receipt; by the platform's plain client, as `fetch` costs several times as much. */
function transferBy({ url, token, accounts }: ClientsOptions): (client: number) => Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const ask = (body: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        authorization: `Bearer ${token}`,
      };
      const asked = request(url, { method: 'POST', agent, headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => (text += part));
        answer.on('end', () => resolve(JSON.parse(text) as Answer));
        answer.on('error', reject);
      });
      asked.on('error', reject);
      asked.end(body);
    });
  return async (client) => {
    const [from, to] = [0, 1].map((of) => accounts[(2 * client + of) % accounts.length]);
    const input = { idempotencyKey: v7(), from, to, amountMicros: '1' };
    const { data, errors } = await ask(JSON.stringify({ query: TRANSFER, variables: { input } }));
    if (errors !== undefined || data?.sparkzTransfer.userErrors.length !== 0)
      throw new Error(`a transfer was refused: ${JSON.stringify({ data, errors })}`);
  };
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  const transfer = transferBy(workerData as ClientsOptions);
  const run = ({ loops }: Task): Promise<unknown> =>
    loops ? closedLoop(loops.clients, loops.times, transfer) : timed(() => transfer(0));
  port.on('message', (task: Task) => void run(task).then((done) => port.postMessage(done)));
}
