/** A channel without a network: the chaincode makes what is valid in it, anybody the rest. */
import type { common } from '@hyperledger/fabric-protos';
import { v7 as uuidV7 } from 'uuid';
import { commandOf } from '../../api/demo/commands.js';
import { gridbookChaincode } from '../../chaincode/index.js';
import { bringAlong } from '../../chaincode/kernel/history.js';
import type { StatePort } from '../../chaincode/kernel/state-port.js';
import { readBlock } from '../../network/fabric/block.js';
import type { CommittedBlock, Ledger } from '../../network/ledger.js';
import { encodeBatch } from '../../schema/command.js';
import { RECORDED, SUBMIT } from '../../schema/contract.js';
import { keyFromUuid } from '../../schema/ids.js';
import { participantRegister } from '../../schema/trade/registration.js';
import { block, envelope, LANE, momentAt, NOW, VALID } from './made-block.js';

export type Coded = readonly [envelope: Uint8Array, code: number];

export class MadeChannel {
  private readonly raw: common.Block[] = [];
  private readonly state = new Map<string, Uint8Array>();
  private readonly chaincode = gridbookChaincode();
  private count = 0;

  /** What is valid is made by the host of the lane. */
  constructor(readonly host: Uint8Array) {}

  /** A batch that registers a participant. */
  batch(timeMs = NOW): Uint8Array {
    const command = commandOf(participantRegister, { participantId: `home-${++this.count}` });
    return encodeBatch(LANE, [{ ...command, key: keyFromUuid(uuidV7({ msecs: timeMs })) }]);
  }

  /** A transaction that the chaincode ran, as it stands in a block. */
  async valid({ batch = this.batch(), moment = this.moment(), timeMs = NOW } = {}): Promise<Coded> {
    const event = await this.run(timeMs, (port) => this.chaincode.execute(port, batch));
    return [envelope({ creator: this.host, args: [SUBMIT, batch], moment, event }), VALID];
  }

  /** One that another ledger recorded. */
  async brought(recordedMs: number): Promise<Coded> {
    const batch = this.batch(recordedMs);
    const event = await this.run(NOW, (port) => bringAlong(this.chaincode, port, batch, recordedMs));
    const args = [RECORDED, batch, String(recordedMs)];
    return [envelope({ creator: this.host, args, moment: this.moment(), event }), VALID];
  }

  add(...envelopes: readonly Coded[]): void {
    const previous = this.raw.at(-1);
    this.raw.push(block(this.raw.length, envelopes, previous ? readBlock(previous).headerHash : undefined));
  }

  /** Its blocks behind the port, all that it has by then. */
  ledger(engine: Ledger['engine'] = 'fabric'): Ledger {
    const { raw } = this;
    async function* blocks(from: number, signal?: AbortSignal): AsyncGenerator<CommittedBlock> {
      for (const each of raw.slice(from)) yield await Promise.resolve(readBlock(each));
      await new Promise<void>((resolve) => {
        if (!signal || signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    return { engine, height: () => raw.length, blocks } as unknown as Ledger;
  }

  private moment(): ReturnType<typeof momentAt> {
    return momentAt(NOW / 1000, { nonce: `n${this.count}` });
  }

  private async run(timeMs: number, work: (port: StatePort) => Promise<void>): Promise<Uint8Array> {
    let event: Uint8Array = new Uint8Array(0);
    const writes = new Map<string, Uint8Array>();
    await work({
      ...{ transactionId: 't', timeMs, creator: { organisation: LANE, role: 'HOST' } },
      getState: (key) => this.state.get(key),
      putState: (key, value) => void writes.set(key, value),
      setEvent: (payload) => void (event = payload),
    });
    for (const [key, value] of writes) this.state.set(key, value);
    return event;
  }
}
