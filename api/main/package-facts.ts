/** What the package says of itself: its version, and the Node that it wants. */
import { readFileSync } from 'node:fs';

export interface PackageFacts {
  readonly version: string;
  /** Least version of Node, such as 20.19. */
  readonly leastNode: string;
}

interface PackageFile {
  readonly name?: string;
  readonly version: string;
  readonly engines: { readonly node: string };
}

export function packageFacts(): PackageFacts {
  // From api/main, as from dist/api/main, the package lies a known number of folders up.
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version, engines } = JSON.parse(
        readFileSync(new URL(up, import.meta.url), 'utf8'),
      ) as PackageFile;
      if (name === 'gridbook') return { version, leastNode: engines.node.replace(/^>=\s*/, '') };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return { version: 'unknown', leastNode: '0' };
}
