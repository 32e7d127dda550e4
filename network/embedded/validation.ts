/** Fabric's check at commit: what a transaction read must still be as it was, also after those before it in its block. */
import { MVCC_READ_CONFLICT, VALID } from './commit-hash.js';
import type { Simulation, Version } from './envelope.js';

/** One validation code a transaction, in their order. */
export function validate(
  number: number,
  transactions: readonly Pick<Simulation, 'reads' | 'writes'>[],
  versionOf: (key: string) => Version | undefined,
): Buffer {
  const filter = Buffer.alloc(transactions.length, VALID);
  const written = new Map<string, Version>();
  transactions.forEach(({ reads, writes }, index) => {
    for (const { key, version } of reads) {
      const now = written.get(key) ?? versionOf(key);
      if (now?.block !== version?.block || now?.index !== version?.index) {
        filter[index] = MVCC_READ_CONFLICT;
        return;
      }
    }
    for (const { key } of writes) written.set(key, { block: number, index });
  });
  return filter;
}
