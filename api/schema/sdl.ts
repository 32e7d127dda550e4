/** The published schema, `schema/schema.graphql`: written from the code, and compared with it. */
import { readFile, writeFile } from 'node:fs/promises';
import { gridbookSchema, printedSchema } from './build.js';

/** Writes the published schema; answers whether it changed. */
export async function writeSchema(file: string): Promise<boolean> {
  const text = printedSchema(await gridbookSchema());
  const before = await readFile(file, 'utf8').catch(() => '');
  if (before === text) return false;
  await writeFile(file, text);
  return true;
}

/** Whether the published schema is the code's. */
export async function isSchemaCurrent(file: string): Promise<boolean> {
  return (await readFile(file, 'utf8').catch(() => '')) === printedSchema(await gridbookSchema());
}
