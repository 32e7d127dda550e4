/** A network of native Fabric processes in one folder. */
export { adding, removing } from './channel-config.js';
export { upgradeChaincode } from './upgrade.js';
export { issueIdentity, revokeIdentity } from './identities.js';
export { Administration, describeUpdate, whyNotSigned, readUpdate, type UpdateResult } from './membership.js';
export {
  acceptInvitation,
  invitationFor,
  newOrganisation,
  readDefinition,
  readInvitation,
} from './invitation.js';
export type { FabricBlock } from './block.js';
export { FabricLedger } from './ledger.js';
export { toBeSigned, signatureOf, type Wanted } from './offline-check.js';
export { OfflineTransaction, type OfflineProposal } from './offline-bytes.js';
export { isOrganisationName } from './organisation-group.js';
export { Layout } from './layout.js';
export { faultOf as faultOfListenAddress } from './listen-address.js';
export { verifyChannel, type ChannelReport, type VerifyChannelOptions } from './verify-channel.js';
export { retire } from './retirement.js';
export { aloneIn } from './alone.js';
export { backupNetwork, restoreNetwork, type NetworkBackup } from './backup.js';
export { rebuildPeer, takeSnapshot, type Snapshot } from './snapshot.js';
export { peerNamed } from './plan-change.js';
export { bringDown, restartNode, stopNode } from './down.js';
export { diagnose, type DoctorOptions } from './doctor.js';
export { VERDICTS, type Finding, type Verdict } from './doctor-finding.js';
export { isAllowedAddress } from './download.js';
export { ArchiveError, DownloadError, NetworkError, ProgramsError, SigningError } from './errors.js';
export { installPrograms, type Installation, type InstallOptions } from './install.js';
export { addPeer, replacePeer } from './peer-nodes.js';
export { renewCertificates } from './cert-renew.js';
export { addOrderer, replaceOrderer } from './orderer-nodes.js';
export type { NodeWork } from './node-work.js';
export { bringUp, startNetwork, type UpOptions } from './up.js';
export { readPlan } from './plan-file.js';
export { endOfLog, followLogs, withoutColours } from './logs.js';
export { cacheFolder, findPrograms, type Environment, type Programs } from './programs.js';
export { archiveAddress, archiveName, platformOf, RELEASE } from './release.js';
export { networkStatus, type ProcessStatus } from './status.js';
export { processPorts } from './nodes.js';
export {
  CONSENSUS,
  DEFAULT_PLAN,
  faultOfName,
  faultOfOrderers,
  ORDERERS,
  type Consensus,
  type NetworkPlan,
} from './plan.js';
