/** Fabric's programs for a command; where $FABRIC_BIN names a folder, they come from there or from nowhere. */
import { dirname, resolve } from 'node:path';
import { findPrograms, type Programs } from '../../network/fabric/index.js';
import type { CommandContext } from './context.js';
import { CommandFailure, EXIT } from './exit.js';

export async function fabricPrograms({
  environment,
}: Pick<CommandContext, 'environment'>): Promise<Programs> {
  const programs = await findPrograms(environment);
  const { FABRIC_BIN: named } = environment;
  if (named && dirname(resolve(programs.paths.peer)) !== resolve(named)) {
    throw new CommandFailure(
      `FABRIC_BIN names ${named}, where peer, orderer and configtxgen are not.`,
      EXIT.unavailable,
    );
  }
  return programs;
}
