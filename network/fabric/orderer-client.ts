/** Talks to one orderer: joins it to the channel, and gives it transactions. */
import { request } from 'node:https';
import { credentials } from '@grpc/grpc-js';
import { common, orderer } from '@hyperledger/fabric-protos';
import type { KeyPair } from '../x509/issue.js';
import type { ClientIdentity } from './client-identity.js';
import { CHANNEL_OPTIONS } from './peer-client.js';
import { envelopeOf, headerOf } from './proposal.js';

const BOUNDARY = 'gridbook-config-block';
const ANSWER_MS = 10_000;

export interface OrdererAdmin {
  readonly host: string;
  readonly port: number;
  readonly authorityPem: string;
  /** TLS certificate by which the caller is known. */
  readonly client: KeyPair;
}

/** Joins an orderer to the channel of a block, or finds that it is joined already. */
export async function joinOrderer(admin: OrdererAdmin, block: Uint8Array): Promise<void> {
  const body = Buffer.concat([
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="config-block"; filename="block"\r\n` +
        'Content-Type: application/octet-stream\r\n\r\n',
    ),
    block,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);
  const answer = await call(admin, 'POST', '', body);
  // 405: the channel is there.
  if (answer.status !== 201 && answer.status !== 405)
    throw new Error(`the orderer refuses to join the channel (${answer.status})`);
}

/** What an orderer says of its part in a channel. */
export interface OrdererPart {
  /** Blocks of the channel that it has. */
  readonly height: number;
  /** A follower has the blocks, and no say. */
  readonly consensusRelation: 'consenter' | 'follower' | 'config-tracker' | 'other';
  readonly status: 'active' | 'onboarding' | 'inactive' | 'failed';
}

/** An orderer has no part in a channel. */
export class NoPartError extends Error {
  constructor() {
    super('the orderer has no part in the channel');
    this.name = 'NoPartError';
  }
}

export async function partOf(admin: OrdererAdmin, channel: string): Promise<OrdererPart> {
  const { status, text } = await call(admin, 'GET', `/${channel}`);
  if (status === 404) throw new NoPartError();
  if (status !== 200) throw new Error(`the orderer does not tell of the channel (${status})`);
  return JSON.parse(text) as OrdererPart;
}

function call(
  { host, port, authorityPem, client }: OrdererAdmin,
  method: string,
  path: string,
  body = Buffer.alloc(0),
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        ...{ host, port, method, path: `/participation/v1/channels${path}`, timeout: ANSWER_MS },
        servername: 'localhost',
        ...{ ca: authorityPem, cert: client.certificatePem, key: client.keyPem },
        headers: {
          'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
          'content-length': body.length,
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('the orderer does not answer')));
    sent.on('error', reject);
    sent.end(body);
  });
}

function seekOf(at: number | 'newest'): orderer.SeekInfo {
  const position = new orderer.SeekPosition();
  if (at === 'newest') position.setNewest(new orderer.SeekNewest());
  else {
    const specified = new orderer.SeekSpecified();
    specified.setNumber(at);
    position.setSpecified(specified);
  }
  const seek = new orderer.SeekInfo();
  seek.setStart(position);
  seek.setStop(position);
  seek.setBehavior(orderer.SeekInfo.SeekBehavior.FAIL_IF_NOT_READY);
  return seek;
}

/** An orderer did not take a transaction. */
export class BroadcastError extends Error {
  constructor(
    readonly status: number,
    /** What the orderer says of it. */
    readonly reason: string,
  ) {
    super(`the orderer refused a transaction (${status}): ${reason}`);
    this.name = 'BroadcastError';
  }

  /** Whether giving it again is no use: only a missing leader passes. */
  get isFinal(): boolean {
    return this.status !== common.Status.SERVICE_UNAVAILABLE;
  }
}

/** An orderer did not give a block. */
export class DeliverError extends Error {
  constructor(readonly status: number) {
    super(`the orderer gives no block (${status})`);
    this.name = 'DeliverError';
  }
}

/** What an orderer says that has the transaction from another one, or from an earlier attempt. */
const HAS_IT = /request already (exists|processed)/;

export class OrdererClient {
  private readonly client: orderer.AtomicBroadcastClient;

  constructor(address: string, authorityPem: Uint8Array) {
    this.client = new orderer.AtomicBroadcastClient(
      address,
      credentials.createSsl(Buffer.from(authorityPem)),
      CHANNEL_OPTIONS,
    );
  }

  /** Gives a transaction to be ordered; answers when the orderer took it, which is before it is committed. */
  broadcast(envelope: common.Envelope): Promise<void> {
    return new Promise((resolve, reject) => {
      const stream = this.client.broadcast({ deadline: Date.now() + ANSWER_MS });
      stream.on('data', (response: orderer.BroadcastResponse) => {
        const [status, info] = [response.getStatus(), response.getInfo()];
        if (status === common.Status.SUCCESS || HAS_IT.test(info)) resolve();
        else reject(new BroadcastError(status, info));
        stream.end();
      });
      stream.on('error', reject);
      stream.on('end', () => reject(new Error('the orderer ended the call')));
      stream.write(envelope);
    });
  }

  /** A block of a channel: of a number, or the newest. */
  block(
    identity: ClientIdentity,
    channel: string,
    at: number | 'newest',
    answerMs = ANSWER_MS,
  ): Promise<common.Block> {
    return new Promise((resolve, reject) => {
      const stream = this.client.deliver({ deadline: Date.now() + answerMs });
      stream.on('data', (response: orderer.DeliverResponse) => {
        const block = response.getBlock();
        if (block) resolve(block);
        else reject(new DeliverError(response.getStatus()));
        stream.cancel();
      });
      stream.on('error', reject);
      stream.on('end', () => reject(new Error('the orderer ended the call')));
      const { header } = headerOf(identity, common.HeaderType.DELIVER_SEEK_INFO, channel);
      stream.write(envelopeOf(identity, header, seekOf(at).serializeBinary()));
    });
  }

  close(): void {
    this.client.close();
  }
}
