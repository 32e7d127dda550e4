/**
 * The chaincode's program as a process of its own, and a peer played by hand: it gives transactions, answers what the
 * chaincode asks of the state, and notes what it wrote.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { credentials } from '@grpc/grpc-js';
import { peer } from '@hyperledger/fabric-protos';
import { ClientIdentity } from '../../network/fabric/client-identity.js';
import { makeClient } from '../../network/fabric/keys.js';
import { Layout } from '../../network/fabric/layout.js';
import { authorityOf } from '../../network/fabric/nodes.js';
import { CHANNEL_OPTIONS } from '../../network/fabric/peer-client.js';
import { CHAINCODE, CHANNEL } from '../../network/fabric/plan.js';
import { momentOf, Proposal } from '../../network/fabric/proposal.js';

const PROGRAM = fileURLToPath(new URL('../../bin/chaincode.js', import.meta.url));
const OWNER = 'Brightwater';
/** How long the connection is tried before it is looked at whether the process is there at all. */
const LOOK_MS = 2_000;
const { Type } = peer.ChaincodeMessage;
type Message = peer.ChaincodeMessage;

export interface Given {
  readonly organisation: string;
  readonly role: string;
  readonly timeMs: number;
  /** Function name, then its arguments. */
  readonly args: readonly (string | Uint8Array)[];
}

export interface Answer {
  readonly status: number;
  readonly message: string;
  readonly payload: Uint8Array;
  readonly event: Uint8Array;
  /** In the order in which it was written. */
  readonly writes: readonly (readonly [key: string, value: Uint8Array])[];
}

export interface ProcessOptions {
  /** Holds keys; several processes may share it. */
  readonly folder: string;
  /** Of Node itself. */
  readonly flags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

interface UnderWay {
  readonly writes: (readonly [string, Uint8Array])[];
  done(message: Message): void;
  failed(error: Error): void;
}

export class HandPeer {
  /** What is committed. */
  readonly state = new Map<string, Uint8Array>();
  /** Keys that are asked for and not answered yet, while answers are held back. */
  private held: Message[] | undefined;
  private asked: () => void = () => undefined;
  private readonly underWay = new Map<string, UnderWay>();
  private stream: ReturnType<peer.ChaincodeClient['connect']> | undefined;

  private constructor(
    private readonly layout: Layout,
    readonly process: ChildProcess,
    private readonly client: peer.ChaincodeClient,
    /** Where the process tells of its health. */
    readonly healthPort: number,
  ) {}

  static async start({ folder, flags = [], environment = {} }: ProcessOptions): Promise<HandPeer> {
    const layout = new Layout(folder);
    await makeClient(layout, OWNER, 'HOST');
    const [port, healthPort] = [await freePort(), await freePort()];
    const tls = join(layout.organisation(OWNER), 'chaincode', 'tls');
    const child = spawn(process.execPath, [...flags, PROGRAM], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...{ PATH: process.env.PATH, CHAINCODE_ID: 'by-hand', CORE_CHAINCODE_LOGGING_LEVEL: 'fatal' },
        CHAINCODE_SERVER_ADDRESS: `127.0.0.1:${port}`,
        CHAINCODE_HEALTH_ADDRESS: `127.0.0.1:${healthPort}`,
        CHAINCODE_TLS_KEY: join(tls, 'key.pem'),
        CHAINCODE_TLS_CERT: join(tls, 'cert.pem'),
        ...environment,
      },
    });
    const client = new peer.ChaincodeClient(
      `127.0.0.1:${port}`,
      credentials.createSsl(Buffer.from(authorityOf(layout, OWNER))),
      { ...CHANNEL_OPTIONS, 'grpc.initial_reconnect_backoff_ms': 50, 'grpc.max_reconnect_backoff_ms': 50 },
    );
    return new HandPeer(layout, child, client, healthPort);
  }

  /** Connects to the process, once it listens. */
  async connect(): Promise<void> {
    for (;;) {
      try {
        return await this.open();
      } catch (error) {
        if (this.process.exitCode !== null) throw error;
      }
    }
  }

  private async open(): Promise<void> {
    // Until the process listens.
    await new Promise<void>((resolve, reject) => {
      this.client.waitForReady(Date.now() + LOOK_MS, (error) => (error ? reject(error) : resolve()));
    });
    const stream = this.client.connect();
    await new Promise<void>((resolve, reject) => {
      stream.once('error', reject);
      stream.once('data', () => {
        for (const type of [Type.REGISTERED, Type.READY]) stream.write(messageOf(type));
        stream.off('error', reject);
        resolve();
      });
    });
    // What was written before it comes before it.
    const end = (): void => {
      for (const { failed } of this.underWay.values())
        failed(new Error('the chaincode ended without an answer'));
    };
    stream.on('error', end);
    stream.on('end', end);
    stream.on('data', (message: Message) => this.take(message));
    this.stream = stream;
  }

  /** Runs a transaction; nothing is committed of it. */
  async run({ organisation, role, timeMs, args }: Given): Promise<Answer> {
    const identity = await this.identity(organisation, role);
    const invocation = { channel: CHANNEL, chaincode: CHAINCODE, args };
    const { signed, transactionId } = new Proposal(identity, invocation, momentOf(timeMs));
    const input = new peer.ChaincodeInput();
    input.setArgsList(args.map((arg) => Buffer.from(arg as Uint8Array)));
    const message = messageOf(Type.TRANSACTION, transactionId, input.serializeBinary());
    message.setProposal(signed);
    const writes: (readonly [string, Uint8Array])[] = [];
    const completed = await new Promise<Message>((done, failed) => {
      this.underWay.set(transactionId, { writes, done, failed });
      this.stream?.write(message);
    });
    const response = peer.Response.deserializeBinary(completed.getPayload_asU8());
    return {
      ...{ status: response.getStatus(), message: response.getMessage() },
      ...{ payload: response.getPayload_asU8(), writes },
      event: completed.getChaincodeEvent()?.getPayload_asU8() ?? new Uint8Array(0),
    };
  }

  /** From here on the chaincode waits for what it asks of the state; answers once it asked for something. */
  holdBack(): Promise<void> {
    this.held = [];
    return new Promise((resolve) => (this.asked = resolve));
  }

  /** Answers what was held back, and everything from here on. */
  goOn(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const message of held) this.answer(message);
  }

  /** The code that the process ended with; undefined after a signal. */
  async ended(): Promise<number | undefined> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'exit');
    return this.process.exitCode ?? undefined;
  }

  async close(): Promise<void> {
    this.client.close();
    this.process.kill('SIGKILL');
    await this.ended();
  }

  private async identity(organisation: string, role: string): Promise<ClientIdentity> {
    const folder = this.layout.identity(organisation, role);
    if (!existsSync(join(folder, 'msp', 'signcerts', 'cert.pem')))
      await makeClient(this.layout, organisation, role);
    return ClientIdentity.read(organisation, folder);
  }

  private take(message: Message): void {
    const type = message.getType();
    if (type === Type.COMPLETED) {
      this.underWay.get(message.getTxid())?.done(message);
      this.underWay.delete(message.getTxid());
    } else if (this.held) {
      this.held.push(message);
      this.asked();
    } else this.answer(message);
  }

  private answer(message: Message): void {
    const id = message.getTxid();
    const asked = message.getPayload_asU8();
    const found = (key: string): Uint8Array => this.state.get(key) ?? new Uint8Array(0);
    const type = message.getType();
    let value: Uint8Array = new Uint8Array(0);
    if (type === Type.GET_STATE) value = found(peer.GetState.deserializeBinary(asked).getKey());
    else if (type === Type.GET_STATE_MULTIPLE) {
      const result = new peer.GetStateMultipleResult();
      result.setValuesList(peer.GetStateMultiple.deserializeBinary(asked).getKeysList().map(found));
      value = result.serializeBinary();
    } else if (type === Type.WRITE_BATCH_STATE) {
      for (const record of peer.WriteBatchState.deserializeBinary(asked).getRecList())
        this.underWay.get(id)?.writes.push([record.getKey(), record.getValue_asU8()]);
    } else {
      const written = peer.PutState.deserializeBinary(asked);
      this.underWay.get(id)?.writes.push([written.getKey(), written.getValue_asU8()]);
    }
    this.stream?.write(messageOf(Type.RESPONSE, id, value));
  }
}

function messageOf(
  type: peer.ChaincodeMessage.TypeMap[keyof peer.ChaincodeMessage.TypeMap],
  transactionId = '',
  payload: Uint8Array = new Uint8Array(0),
): Message {
  const message = new peer.ChaincodeMessage();
  message.setType(type);
  message.setTxid(transactionId);
  message.setChannelId(CHANNEL);
  message.setPayload(payload);
  return message;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
