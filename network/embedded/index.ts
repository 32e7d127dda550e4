/** What the rest of Gridbook uses of the single-node ledger. */
export { backupLedger, readManifest, restoreLedger, type BackupManifest } from './backup.js';
export { DISK, type DiskCalls } from './block-file.js';
export * from './errors.js';
export { gridbookReplay, openGridbookLedger, replayGridbookLedger } from './gridbook.js';
export { EmbeddedLedger, type EmbeddedLedgerOptions } from './ledger.js';
export { lockFolder, type FolderLock } from './lock.js';
export type { Notice, NoticeCode } from './notice.js';
export {
  Replay,
  replayRecorded,
  replayThroughChaincode,
  type RecordedTransaction,
  type ReplayReport,
} from './replay.js';
export { StateDigest } from './state-digest.js';
export { verifyFiles, type VerificationReport, type VerifyOptions } from './verify.js';
export type { StoreComparison } from './verify-store.js';
