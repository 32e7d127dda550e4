/** `gridbook schema`: the published GraphQL schema. */
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { gridbookSchema, printedSchema } from '../../schema/build.js';
import { isSchemaCurrent, writeSchema } from '../../schema/sdl.js';
import type { CommandContext } from '../context.js';
import { EXIT } from '../exit.js';

/** From dist/api/main/commands. */
const FILE = fileURLToPath(new URL('../../../../schema/schema.graphql', import.meta.url));

export function addSchema(program: Command, { terminal, endWith }: CommandContext): void {
  program
    .command('schema')
    .summary('print the GraphQL schema')
    .description('Prints the schema; in a checkout writes schema/schema.graphql, or compares it.')
    .option('--write', 'write schema/schema.graphql')
    .option('--check', 'end with 1 where schema/schema.graphql is not what the code says')
    .addHelpText('after', '\nExample:\n  gridbook schema > gridbook.graphql')
    .action(async ({ write, check }: { write?: boolean; check?: boolean }) => {
      if (write) terminal.print((await writeSchema(FILE)) ? 'Written.' : 'It was up to date.');
      else if (!check) terminal.raw(printedSchema(await gridbookSchema()));
      else if (!(await isSchemaCurrent(FILE))) {
        terminal.note(
          'schema/schema.graphql is not what the code says; write it with `npm run schema:print`.',
        );
        endWith(EXIT.failed);
      }
    });
}
