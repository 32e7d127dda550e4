/** Real data for tests: read in place; where it is absent, tests say so in a line and skip. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A folder of the test data, or undefined where it is absent. */
export function testData(name: string): string | undefined {
  const root = process.env.GRIDBOOK_TEST_DATA ?? join(projectRoot(), '../shared/data');
  const folder = join(root, name);
  if (existsSync(folder)) return folder;
  process.stderr.write(`skipped: test data ${name} is absent\n`);
  return undefined;
}

/** The folder of package.json, from the sources as from what they compile to. */
function projectRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
