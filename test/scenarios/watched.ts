/** A single-node ledger that tells what its chaincode reads of the state, so that a test can count it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '@jest/globals';
import { gridbookChaincode } from '../../chaincode/index.js';
import type { Chaincode, StatePort } from '../../chaincode/kernel/state-port.js';
import { EmbeddedLedger } from '../../network/embedded/ledger.js';
import { Community, type CommunityOptions } from './community.js';
import { isOnFabric } from './fabric/engine.js';
import { START_MS, type Engine } from './world.js';

export class Watch {
  private readonly keys: string[] = [];

  /** Notes what a chaincode asks its state for. */
  on(chaincode: Chaincode): Chaincode {
    return {
      execute: (port, args) => {
        const { transactionId, timeMs, creator } = port;
        const watched: StatePort = {
          ...{ transactionId, timeMs, creator },
          getState: (key) => {
            this.keys.push(key);
            return port.getState(key);
          },
          putState: (key, value) => port.putState(key, value),
          setEvent: (payload) => port.setEvent(payload),
        };
        return chaincode.execute(watched, args);
      },
    };
  }

  /** Keys read while something was done; of one family of records where that is named. */
  async during(work: () => Promise<unknown>, family = ''): Promise<string[]> {
    this.keys.length = 0;
    await work();
    return this.keys.filter((key) => family === '' || key.split('/')[1] === family);
  }
}

export async function watchedEngine(watch: Watch): Promise<Engine> {
  const directory = mkdtempSync(join(tmpdir(), 'gridbook-watched-'));
  let now = START_MS;
  const chaincode = watch.on(gridbookChaincode());
  const ledger = await EmbeddedLedger.open({ directory, clock: () => now, chaincode });
  return {
    ledger,
    setTime: (timeMs) => (now = timeMs),
    dispose: async () => {
      await ledger.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Where what is read is counted: inside the single-node ledger, which runs in the test's own process. */
export const whereReadsCount = isOnFabric() ? test.skip : test;

/** A community on such a ledger. */
export async function watchedCommunity(options: CommunityOptions): Promise<{ at: Community; watch: Watch }> {
  const watch = new Watch();
  return { watch, at: await Community.open(options, () => watchedEngine(watch)) };
}
