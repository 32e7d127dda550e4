/** A network of native Fabric processes in one folder. */
export { FabricLedger } from './ledger.js';
export { Layout } from './layout.js';
export { bringDown, restartNode, stopNode } from './down.js';
export { NetworkError, ProgramsError } from './errors.js';
export { bringUp, readPlan, type UpOptions } from './up.js';
export { endOfLog, processNames } from './processes.js';
export { findPrograms, type Programs } from './programs.js';
export { networkStatus, type ProcessStatus } from './status.js';
export type { NetworkPlan } from './plan.js';
