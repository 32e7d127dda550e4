/** Fabric's programs, where the machine has them; one line says so where it has not. */
import { findPrograms, type Programs } from '../../network/fabric/index.js';
import { builtProgram } from '../built-program.js';

export async function fabricPrograms(): Promise<Programs | undefined> {
  // Chaincode processes run what was built: an older one would be tested in the place of these sources.
  builtProgram();
  try {
    return await findPrograms();
  } catch (error) {
    process.stderr.write(`Fabric tests are skipped: ${(error as Error).message}\n`);
    return undefined;
  }
}
