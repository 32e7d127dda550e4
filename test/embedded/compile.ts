/** Compiles parts of the sources into a folder of their own, so that a test can start a child process on them. */
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { transformSync } from '@swc/core';

/** Compiles the `.ts` files at and below the given paths (from the project's root) into `target`. */
export function compileInto(root: string, target: string, paths: readonly string[]): void {
  for (const file of paths.flatMap((path) => filesOf(join(root, path)))) {
    const { code } = transformSync(readFileSync(file, 'utf8'), {
      filename: file,
      configFile: false,
      swcrc: false,
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      },
      module: { type: 'es6' },
    });
    const out = join(target, relative(root, file)).replace(/\.ts$/, '.js');
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, code);
  }
  writeFileSync(join(target, 'package.json'), '{"type":"module"}');
  symlinkSync(join(root, 'node_modules'), join(target, 'node_modules'));
}

function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .flatMap((name) => filesOf(join(path, name)))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
}
