/** A peer that has no channel begins with a snapshot of it. */
import { peer as protos } from '@hyperledger/fabric-protos';
import type { ClientIdentity } from './client-identity.js';
import { channelsOf } from './lifecycle.js';
import { EndorsementError, type PeerClient } from './peer-client.js';
import { CHANNEL } from './plan.js';
import { untilDone } from './waiting.js';

export interface Joining {
  /** Name of the peer. */
  readonly name: string;
  readonly at: PeerClient;
  readonly admin: ClientIdentity;
  readonly folder: string;
  /** Blocks that are in the snapshot. */
  readonly height: number;
  /** What the peer wrote last into its log. */
  readonly lastWords: () => string;
}

/** Until the peer has the state; it says itself that it begins, and only its log says why it gave up. */
export async function joinBySnapshot(joining: Joining): Promise<void> {
  const { name, at, admin, height, lastWords } = joining;
  await untilDone(`${name} does not join`, () => ask(joining));
  let hasFailed = false;
  await untilDone(
    `${name} does not take the snapshot`,
    async () => {
      const isBusy = await isJoining(at, admin);
      if (!isBusy && !(await channelsOf(at, admin)).includes(CHANNEL)) {
        hasFailed = true;
        throw new Error(lastWords());
      }
      if ((await at.height(admin, CHANNEL)) < height) throw new Error('not yet');
    },
    () => hasFailed,
  );
}

/** Has it join, or finds that it has joined or is about to. */
async function ask({ at, admin, folder }: Joining): Promise<void> {
  try {
    await at.evaluate(admin, { channel: '', chaincode: 'cscc', args: ['JoinChainBySnapshot', folder] });
  } catch (error) {
    if (!(error instanceof EndorsementError) || !/already exists|in progress/.test(error.message))
      throw error;
  }
}

async function isJoining(at: PeerClient, admin: ClientIdentity): Promise<boolean> {
  const args = ['JoinBySnapshotStatus'];
  const answer = await at.evaluate(admin, { channel: '', chaincode: 'cscc', args });
  return protos.JoinBySnapshotStatus.deserializeBinary(answer).getInProgress();
}
