/** The built `gridbook`, as users run it; refused where it was built from older sources than these. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const SOURCES = ['api', 'bin', 'chaincode', 'network', 'schema'];

function newestIn(folder: string): number {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && /\.[tj]s$/.test(entry.name));
  return Math.max(...files.map(({ parentPath, name }) => statSync(join(parentPath, name)).mtimeMs));
}

/** Path of the command's program. */
export function builtProgram(): string {
  const built = statSync(join(ROOT, 'dist', 'gridbook.cjs'), { throwIfNoEntry: false });
  const newest = Math.max(...SOURCES.map((folder) => newestIn(join(ROOT, folder))));
  if (!built || built.mtimeMs < newest) throw new Error('build it first: npm run build');
  return join(ROOT, 'bin', 'gridbook.js');
}
