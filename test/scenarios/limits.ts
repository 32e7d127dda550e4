/** Limits that a scenario makes smaller, so that little is much; they are read as commands run, wherever those run. */
import { LIMITS } from '../../schema/limits.js';
import { limitsFile, noteLimits } from './fabric/shared-limits.js';

export const USUAL_LIMITS: Readonly<Record<keyof typeof LIMITS, number>> = { ...LIMITS };

export function setLimits(limits: Partial<typeof USUAL_LIMITS>): void {
  Object.assign(LIMITS, limits);
  const file = limitsFile();
  if (file !== undefined) noteLimits(file);
}

export const resetLimits = (): void => setLimits(USUAL_LIMITS);
