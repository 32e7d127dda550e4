/** A network of native Fabric processes in one folder. */
export { adding, removing } from './channel-config.js';
export { Administration, describeUpdate, readUpdate, type UpdateResult } from './membership.js';
export {
  acceptInvitation,
  invitationFor,
  newOrganisation,
  readDefinition,
  readInvitation,
} from './invitation.js';
export { FabricLedger } from './ledger.js';
export { Layout } from './layout.js';
export { bringDown, restartNode, stopNode } from './down.js';
export { NetworkError, ProgramsError } from './errors.js';
export { bringUp, startNetwork, readPlan, type UpOptions } from './up.js';
export { endOfLog, processNames } from './processes.js';
export { findPrograms, type Programs } from './programs.js';
export { networkStatus, type ProcessStatus } from './status.js';
export type { NetworkPlan } from './plan.js';
