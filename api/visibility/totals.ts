/**
 * Sums over several members tell of each of them where they are few: a participant is not told those of fewer than
 * five members (architecture.md, Identity).
 */
import type { Viewer } from '../auth/viewer.js';

/** Fewer than this, and a participant is not told the totals of an interval. */
export const TOTALS_MEMBERS = 5;

/**
 * Whether a viewer is told the totals of a run of so many participants. Members are participants: five meters of two
 * of them would tell each what the other does.
 */
export const totalsAreTold = (viewer: Viewer, participants: number): boolean =>
  viewer.role !== 'PARTICIPANT' || participants >= TOTALS_MEMBERS;

/** Whether a viewer is told how many commands others put into a transaction. */
export const countsAreTold = (viewer: Viewer): boolean => viewer.role !== 'PARTICIPANT';
