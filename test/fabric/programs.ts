/** Fabric's programs, where the machine has them; one line says so where it has not. */
import { findPrograms, type Programs } from '../../network/fabric/index.js';

export async function fabricPrograms(): Promise<Programs | undefined> {
  try {
    return await findPrograms();
  } catch (error) {
    process.stderr.write(`Fabric tests are skipped: ${(error as Error).message}\n`);
    return undefined;
  }
}
