/** A ledger in a folder of its own, with a clock that the test sets. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedLedger, type EmbeddedLedgerOptions } from '../../network/embedded/ledger.js';
import type { Notice } from '../../network/embedded/notice.js';
import type { CommittedBlock, CommittedTransaction } from '../../network/ledger.js';
import { steps, ToyChaincode, type Step } from './toy-chaincode.js';

/** 2025-06-01T00:00:00Z */
export const START_MS = 1_748_736_000_000;

const folders: string[] = [];

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gridbook-embedded-'));
  folders.push(folder);
  return folder;
}

/** Removes the folders that were made; for `afterAll`. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export class Fixture {
  readonly chaincode = new ToyChaincode();
  readonly notices: Notice[] = [];
  timeMs = START_MS;
  ledger!: EmbeddedLedger;

  constructor(readonly directory = newFolder()) {}

  static async open(options: Partial<EmbeddedLedgerOptions> = {}): Promise<Fixture> {
    const fixture = new Fixture(options.directory);
    await fixture.open(options);
    return fixture;
  }

  async open(options: Partial<EmbeddedLedgerOptions> = {}): Promise<EmbeddedLedger> {
    this.ledger = await EmbeddedLedger.open({
      directory: this.directory,
      chaincode: this.chaincode,
      clock: () => this.timeMs,
      notice: (notice) => this.notices.push(notice),
      ...options,
    });
    return this.ledger;
  }

  async reopen(options: Partial<EmbeddedLedgerOptions> = {}): Promise<EmbeddedLedger> {
    await this.ledger.close();
    return this.open(options);
  }

  submit(...list: Step[]): Promise<CommittedTransaction> {
    return this.submitAs('Aurora', 'HOST', ...list);
  }

  submitAs(organisation: string, role: string, ...list: Step[]): Promise<CommittedTransaction> {
    return this.ledger.submit({ lane: organisation, identity: { organisation, role }, args: steps(...list) });
  }

  async text(key: string): Promise<string | undefined> {
    const value = await this.ledger.readState(key);
    return value && Buffer.from(value).toString();
  }
}

/** The first `count` blocks of a stream. */
export async function take(ledger: EmbeddedLedger, from: number, count: number): Promise<CommittedBlock[]> {
  const blocks: CommittedBlock[] = [];
  for await (const block of ledger.blocks(from)) {
    blocks.push(block);
    if (blocks.length === count) break;
  }
  return blocks;
}

/** The code by which a promise is refused. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).name;
  }
  return 'accepted';
}
