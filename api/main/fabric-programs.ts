/** Fabric's programs for a command. */
import { findPrograms, type Programs } from '../../network/fabric/index.js';
import type { CommandContext } from './context.js';

export const fabricPrograms = ({ environment }: Pick<CommandContext, 'environment'>): Promise<Programs> =>
  findPrograms(environment);
