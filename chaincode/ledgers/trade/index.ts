/** The trade ledger's rules: a line a command. */
import type { CommandRule } from '../../kernel/registry.js';
import { organisationRoleSet } from './commands/organisationRoleSet.js';
import { participantRegister } from './commands/participantRegister.js';
import { participantStatusSet } from './commands/participantStatusSet.js';
import { networkRegister } from './commands/networkRegister.js';
import { connectionRegister } from './commands/connectionRegister.js';
import { connectionClose } from './commands/connectionClose.js';
import { unitRegister } from './commands/unitRegister.js';
import { accountOpen } from './commands/accountOpen.js';
import { tariffPublish } from './commands/tariffPublish.js';
import { marketCreate } from './commands/marketCreate.js';
import { marketOpen } from './commands/marketOpen.js';
import { marketPause } from './commands/marketPause.js';
import { marketResume } from './commands/marketResume.js';
import { membershipSet } from './commands/membershipSet.js';
import { communityPreferenceSet } from './commands/communityPreferenceSet.js';
import { agreementPropose } from './commands/agreementPropose.js';
import { agreementAccept } from './commands/agreementAccept.js';
import { agreementReject } from './commands/agreementReject.js';
import { agreementCancel } from './commands/agreementCancel.js';
import { agreementPrioritySet } from './commands/agreementPrioritySet.js';
import { readingsRecord } from './commands/readingsRecord.js';
import { readingsRevise } from './commands/readingsRevise.js';
import { intervalSettle } from './commands/intervalSettle.js';
import { runOpen } from './commands/runOpen.js';
import { runPost } from './commands/runPost.js';
import { sparkzTransfer } from './commands/sparkzTransfer.js';
import { seriesCeilingSet } from './commands/seriesCeilingSet.js';
import { sparkzMint } from './commands/sparkzMint.js';
import { sparkzBurn } from './commands/sparkzBurn.js';
import { holdPlace } from './commands/holdPlace.js';
import { holdCapture } from './commands/holdCapture.js';
import { holdRelease } from './commands/holdRelease.js';
import { duesPay } from './commands/duesPay.js';

export const TRADE_RULES: readonly CommandRule[] = [
  organisationRoleSet,
  participantRegister,
  participantStatusSet,
  networkRegister,
  connectionRegister,
  connectionClose,
  unitRegister,
  accountOpen,
  tariffPublish,
  marketCreate,
  marketOpen,
  marketPause,
  marketResume,
  membershipSet,
  communityPreferenceSet,
  agreementPropose,
  agreementAccept,
  agreementReject,
  agreementCancel,
  agreementPrioritySet,
  readingsRecord,
  readingsRevise,
  intervalSettle,
  runOpen,
  runPost,
  sparkzTransfer,
  seriesCeilingSet,
  sparkzMint,
  sparkzBurn,
  holdPlace,
  holdCapture,
  holdRelease,
  duesPay,
];
