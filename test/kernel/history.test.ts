/** K11: history goes into a lane that nothing else was given, as of its time, and is ended for good. */
import { describe, expect, test } from '@jest/globals';
import { v7 as uuidV7 } from 'uuid';
import { commandOf } from '../../api/demo/commands.js';
import { gridbookChaincode } from '../../chaincode/index.js';
import { bringAlong, endHistory } from '../../chaincode/kernel/history.js';
import type { Creator, StatePort } from '../../chaincode/kernel/state-port.js';
import { encodeBatch } from '../../schema/command.js';
import { historyKey } from '../../schema/contract.js';
import { keyFromUuid } from '../../schema/ids.js';
import { participantRegister } from '../../schema/trade/registration.js';

const LANE = 'Brightwater';
const HOST = { organisation: LANE, role: 'HOST' };
const THEN = Date.UTC(2025, 0, 1);
const NOW = Date.UTC(2025, 5, 1);
const DIGEST = 'ab'.repeat(32);

/** A state that transactions are committed to one at a time. */
class Channel {
  readonly state = new Map<string, string>();
  private readonly chaincode = gridbookChaincode();
  private count = 0;

  batch(timeMs: number): Uint8Array {
    const participantId = `p${this.count++}`;
    const command = {
      ...commandOf(participantRegister, { participantId }),
      key: keyFromUuid(uuidV7({ msecs: timeMs })),
    };
    return encodeBatch(LANE, [command]);
  }
  submit(timeMs: number): Promise<void> {
    return this.commit((port) => this.chaincode.execute(port, this.batch(timeMs)), { timeMs });
  }
  bring(timeMs: number, creator: Creator = HOST): Promise<void> {
    return this.commit((port) => bringAlong(this.chaincode, port, this.batch(timeMs), timeMs), { creator });
  }
  end(digest = DIGEST, creator: Creator = HOST): Promise<void> {
    return this.commit((port) => endHistory(port, LANE, digest), { creator });
  }

  private async commit(
    run: (port: StatePort) => Promise<void>,
    { timeMs = NOW, creator = HOST }: { timeMs?: number; creator?: Creator },
  ): Promise<void> {
    const writes = new Map<string, string>();
    const port: StatePort = {
      ...{ transactionId: 't', timeMs, creator },
      getState: (key) => (this.state.has(key) ? Buffer.from(this.state.get(key) as string) : undefined),
      putState: (key, value) => void writes.set(key, Buffer.from(value).toString()),
      setEvent: () => undefined,
    };
    await run(port);
    for (const [key, value] of writes) this.state.set(key, value);
  }
}

const refused = { code: 'WRONG_STATE' };

describe('history', () => {
  test('comes to the bytes that the lane had where it was recorded, but for the record of it', async () => {
    const [recorded, brought] = [new Channel(), new Channel()];
    const batches = [THEN, THEN + 1_000].map((timeMs) => ({ timeMs, batch: recorded.batch(timeMs) }));
    for (const { timeMs, batch } of batches) {
      recorded.batch = brought.batch = () => batch;
      await recorded.submit(timeMs);
      await brought.bring(timeMs);
    }
    await brought.end();
    expect(brought.state.get(historyKey(LANE))).toBe(`[2,[2],["${DIGEST}"]]`);
    brought.state.delete(historyKey(LANE));
    expect(brought.state).toEqual(recorded.state);
  });

  test('is refused in a lane that is in use', async () => {
    const used = new Channel();
    await used.submit(NOW);
    await expect(used.bring(THEN)).rejects.toMatchObject(refused);
    await expect(used.end()).rejects.toMatchObject(refused);
  });

  test('ends with the first transaction of another kind, and does not go on', async () => {
    const channel = new Channel();
    await channel.bring(THEN);
    await channel.submit(NOW);
    await expect(channel.bring(THEN + 1_000)).rejects.toMatchObject(refused);
    await expect(channel.end()).rejects.toMatchObject(refused);
  });

  test('is ended once, by its host, with a digest; then the lane goes on as any other', async () => {
    const channel = new Channel();
    await expect(channel.end()).rejects.toMatchObject(refused);
    await channel.bring(THEN);
    await expect(channel.end('digest')).rejects.toMatchObject({ code: 'MALFORMED_BATCH' });
    for (const creator of [
      { organisation: 'Gridline', role: 'HOST' },
      { organisation: LANE, role: 'REGULATOR' },
    ]) {
      await expect(channel.end(DIGEST, creator)).rejects.toMatchObject({ code: 'WRONG_LANE' });
    }
    await channel.end();
    await expect(channel.end()).rejects.toMatchObject(refused);
    await expect(channel.bring(THEN + 1_000)).rejects.toMatchObject(refused);
    await channel.submit(NOW);
  });

  test('is nobody’s but its giver’s, and nothing of what is to come', async () => {
    const channel = new Channel();
    const stranger = { organisation: 'Gridline', role: 'HOST' };
    await expect(channel.bring(THEN, stranger)).rejects.toMatchObject({ code: 'WRONG_LANE' });
    await expect(channel.bring(NOW + 1)).rejects.toMatchObject({ code: 'TIME_SKEW' });
    await expect(channel.bring(NaN)).rejects.toMatchObject({ code: 'TIME_SKEW' });
    expect(channel.state.size).toBe(0);
    await channel.bring(THEN);
    await expect(channel.bring(THEN + 1_000, stranger)).rejects.toMatchObject({ code: 'NOT_ADMITTED' });
  });
});
