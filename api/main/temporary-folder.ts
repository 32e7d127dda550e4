/** A folder that goes when its work is done, however that ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder {
  readonly path: string;
  remove(): void;
}

export function temporaryFolder(purpose: string): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), `gridbook-${purpose}-`));
  const erase = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  // Also where the process is told to end before the work has.
  process.once('exit', erase);
  return {
    path,
    remove: () => {
      process.removeListener('exit', erase);
      erase();
    },
  };
}
