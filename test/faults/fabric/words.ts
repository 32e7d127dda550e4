/** What the writer and its parent say to each other. */
import type { IdentityRef } from '../../../network/ledger.js';
import type { ErrorCode } from '../../../schema/errors.js';

export const LANE = 'Brightwater';
export const HOST: IdentityRef = { organisation: LANE, role: 'HOST' };

export interface Given {
  readonly key: string;
  readonly participantId: string;
}

export type Answer =
  | { readonly is: 'ready' }
  | { readonly is: 'applied'; readonly key: string; readonly block: number; readonly index: number }
  /** By the rules: it is decided. */
  | { readonly is: 'refused'; readonly key: string; readonly code: ErrorCode }
  /** Not decided, as far as the writer knows. */
  | { readonly is: 'failed'; readonly key: string; readonly code: ErrorCode };
