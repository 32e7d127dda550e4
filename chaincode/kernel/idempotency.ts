/**
 * The memory of commands (K1): id → content digest, outcome and place. Ids are grouped by their own time into
 * buckets of a quarter of a second, which form a ring that is longer than the window, so state stays bounded and
 * nothing needs to be deleted: a bucket's slot is taken over by the bucket one turn of the ring later.
 */
import { KEY_LENGTH } from '../../schema/ids.js';
import { LIMITS } from '../../schema/limits.js';
import type { Page } from './pages.js';
import type { Leaves } from './leaves.js';
import type { UnitOfWork } from './unit-of-work.js';

export const BUCKET_MS = 250;
const RING = Math.ceil((LIMITS.idempotencyWindowMs + 4 * LIMITS.idempotencyAheadMs) / BUCKET_MS);
/** 48 bits of the content's SHA-256 as base64url. */
export const DIGEST_LENGTH = 8;
const ENTRY_LENGTH = KEY_LENGTH + DIGEST_LENGTH;
/** Entries of one part: 64,000 bytes hold 30 characters and two numbers each. */
const PART_ENTRIES = 1_000;

// Columns of a part.
const TEXT = 0; // one value: entries of key and digest, each of fixed width
const SCOPES = 1; // who used the key: participant number, or −1 − number of the organisation
const RUNS = 2; // triples of leaf, first index, count: where the commands stand
const CODES = 3; // pairs of position and error number, for refused commands
const NEWEST = 4; // one value: the highest key of the part
const PART_WIDTH = 5;
// Columns of a bucket's head: the bucket, its parts.
const HEAD_WIDTH = 2;

export interface Remembered {
  readonly digest: string;
  /** Leaf of the lane's log, i.e. which of its transactions, and the command's index in it. */
  readonly leaf: number;
  readonly index: number;
  /** 0 where the command was applied. */
  readonly code: number;
}

export const bucketOf = (timeMs: number): number => Math.floor(timeMs / BUCKET_MS);

export class Bucket {
  private readonly known: Page[] = [];
  private readonly maps = new Map<Page, Map<string, number>>();
  private readonly keys: string[] = [];
  /** Content digest of each, or which leaf of the transaction tells it: hashes are made many at a time. */
  private readonly digests: (string | number)[] = [];
  private scopes: number[] = [];
  private runs: number[] = [];
  private codes: number[] = [];
  private readonly fresh = new Map<string, number>();
  private freshCount = 0;
  private highest = '';

  private constructor(
    private readonly work: UnitOfWork,
    private readonly lane: string,
    readonly number: number,
    private readonly head: Page,
    private readonly leaves: Leaves,
  ) {}

  /** Loads the bucket with all its parts: their number is limited, so this is a bounded number of reads. */
  static async open(work: UnitOfWork, lane: string, number: number, leaves: Leaves): Promise<Bucket> {
    const slot = number % RING;
    const head = await work.load(`${lane}/idh/${slot}`, HEAD_WIDTH);
    const bucket = new Bucket(work, lane, number, head, leaves);
    const parts = head.columns[0][0] === number ? (head.columns[1][0] as number) : 0;
    const keys = Array.from({ length: parts }, (_, part) => bucket.partKey(part));
    await work.loadAll(keys, PART_WIDTH);
    bucket.known.push(...keys.map((key) => work.page(key, PART_WIDTH)));
    return bucket;
  }

  private partKey(part: number): string {
    return `${this.lane}/id/${this.number % RING}.${part}`;
  }

  /** What the memory holds of a key used by this scope. */
  find(key: string, scope: number): Remembered | undefined {
    if (key <= this.highest) {
      const at = this.freshMap().get(`${key}${scope}`);
      if (at !== undefined) return this.freshAt(at);
    }
    for (const page of this.known) {
      if (key > (page.columns[NEWEST][0] as string)) continue;
      const at = this.mapOf(page).get(`${key}${scope}`);
      if (at !== undefined) return rememberedAt(page, at);
    }
    return undefined;
  }

  /** Built only where keys do not ascend, which is rare. */
  private freshMap(): Map<string, number> {
    for (; this.freshCount < this.keys.length; this.freshCount++) {
      this.fresh.set(`${this.keys[this.freshCount]}${this.scopes[this.freshCount]}`, this.freshCount);
    }
    return this.fresh;
  }

  private freshAt(at: number): Remembered {
    return remembered(this.digestAt(at), at, this.runs, this.codes);
  }

  private digestAt(at: number): string {
    const digest = this.digests[at];
    return typeof digest === 'string' ? digest : this.leaves.digestAt(digest);
  }

  private mapOf(page: Page): Map<string, number> {
    let map = this.maps.get(page);
    if (!map) {
      map = new Map();
      const text = (page.columns[TEXT][0] as string | undefined) ?? '';
      for (let i = 0; i * ENTRY_LENGTH < text.length; i++) {
        map.set(
          `${text.slice(i * ENTRY_LENGTH, i * ENTRY_LENGTH + KEY_LENGTH)}${page.columns[SCOPES][i] as number}`,
          i,
        );
      }
      this.maps.set(page, map);
    }
    return map;
  }

  get isFull(): boolean {
    const parts = this.known.length + Math.ceil((this.keys.length + 1) / PART_ENTRIES);
    return parts > LIMITS.bucketParts;
  }

  /** Remembers a command by its content digest, or by the leaf of this transaction that tells it. */
  add(key: string, scope: number, digest: string | number, leaf: number, index: number, code: number): void {
    const n = this.runs.length;
    if (n > 0 && this.runs[n - 2] + this.runs[n - 1] === index) this.runs[n - 1]++;
    else this.runs.push(leaf, index, 1);
    if (code !== 0) this.codes.push(this.keys.length, code);
    this.keys.push(key);
    this.digests.push(digest);
    this.scopes.push(scope);
    if (key > this.highest) this.highest = key;
  }

  /** Writes what was added: into the last part while it has room, then into new parts. */
  async save(): Promise<void> {
    if (this.keys.length === 0) return;
    let done = 0;
    let part = this.known.length;
    const last = this.known[part - 1];
    if (last && last.columns[SCOPES].length < PART_ENTRIES / 2) {
      done = this.fill(last, 0);
    }
    while (done < this.keys.length) {
      const page = await this.work.load(this.partKey(part++), PART_WIDTH);
      // What a slot of the ring held one turn before has left the window.
      for (const column of page.columns) column.length = 0;
      done = this.fill(page, done);
    }
    if (this.head.columns[0][0] !== this.number) this.work.set(this.head, 0, 0, this.number);
    if (this.head.columns[1][0] !== part) this.work.set(this.head, 1, 0, part);
  }

  private fill(page: Page, from: number): number {
    const base = page.columns[SCOPES].length;
    const to = Math.min(this.keys.length, from + PART_ENTRIES - base);
    const [texts, scopes, runs, codes, newest] = page.columns;
    this.work.touch(page);
    let text = (texts[0] as string | undefined) ?? '';
    for (let i = from; i < to; i++) {
      const key = this.keys[i];
      text += key + this.digestAt(i);
      scopes.push(this.scopes[i]);
      if (newest.length === 0 || key > (newest[0] as string)) newest[0] = key;
    }
    texts[0] = text;
    for (let r = 0, at = 0; r < this.runs.length; at += this.runs[r + 2], r += 3) {
      const start = Math.max(at, from);
      const end = Math.min(at + this.runs[r + 2], to);
      if (start >= end) continue;
      runs.push(this.runs[r], this.runs[r + 1] + start - at, end - start);
    }
    for (let c = 0; c < this.codes.length; c += 2) {
      if (this.codes[c] < from || this.codes[c] >= to) continue;
      codes.push(base + this.codes[c] - from, this.codes[c + 1]);
    }
    return to;
  }
}

function rememberedAt(page: Page, at: number): Remembered {
  const from = at * ENTRY_LENGTH + KEY_LENGTH;
  const digest = (page.columns[TEXT][0] as string).slice(from, from + DIGEST_LENGTH);
  return remembered(digest, at, page.columns[RUNS] as number[], page.columns[CODES] as number[]);
}

function remembered(
  digest: string,
  at: number,
  runs: readonly number[],
  codes: readonly number[],
): Remembered {
  let before = 0;
  let leaf = -1;
  let index = -1;
  for (let r = 0; r < runs.length; before += runs[r + 2], r += 3) {
    if (at < before + runs[r + 2]) {
      leaf = runs[r];
      index = runs[r + 1] + at - before;
      break;
    }
  }
  let code = 0;
  for (let c = 0; c < codes.length; c += 2) if (codes[c] === at) code = codes[c + 1];
  return { digest, leaf, index, code };
}
