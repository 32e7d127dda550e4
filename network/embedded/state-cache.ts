/** The values that were used last, bounded by bytes. */
import type { StateEntry } from './state-entry.js';

/** What an entry costs beside its value and key. */
const OVERHEAD_BYTES = 200;

export class StateCache {
  private readonly entries = new Map<string, StateEntry>();
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  /** The entry; it is then the last one to go. */
  get(key: string): StateEntry | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry;
  }

  set(key: string, entry: StateEntry): void {
    const old = this.entries.get(key);
    if (old) {
      this.bytes -= costOf(key, old);
      this.entries.delete(key);
    }
    this.entries.set(key, entry);
    this.bytes += costOf(key, entry);
    for (const [oldest, gone] of this.entries) {
      if (this.bytes <= this.maxBytes) break;
      this.entries.delete(oldest);
      this.bytes -= costOf(oldest, gone);
    }
  }
}

function costOf(key: string, entry: StateEntry): number {
  return OVERHEAD_BYTES + key.length + entry.value.length;
}
