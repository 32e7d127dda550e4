/** What a request carries with it. */
import type { Ledger } from '../network/ledger.js';
import type { Viewer } from './auth/viewer.js';
import type { Lanes } from './lanes/lanes.js';
import type { Loaders } from './loaders.js';
import type { Throttle } from './mutations/throttle.js';
import type { Database } from './readmodel/database.js';
import type { Projector } from './readmodel/projector.js';

/** What all requests share. */
export interface Services {
  readonly ledger: Ledger;
  readonly database: Database;
  readonly projector: Projector;
  readonly lanes: Lanes;
}

export interface RequestContext extends Services {
  /** Undefined where no valid token came with the request. */
  readonly viewer: Viewer | undefined;
  readonly requestId: string;
  readonly throttle: Throttle;
  readonly loaders: Loaders;
}

/** The viewer of a field that only authenticated requests reach. */
export function viewerOf(context: RequestContext): Viewer {
  if (!context.viewer) throw new Error('a field without an authorisation rule was reached');
  return context.viewer;
}
