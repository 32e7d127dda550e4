/** Tokens for one's own machine: one for each of four roles, kept in a file that only its owner may read. */
import { issueToken } from '../auth/issue.js';
import { localKey, writePrivate } from '../auth/keys.js';
import type { Viewer } from '../auth/viewer.js';
import { ORGANISATIONS } from '../demo/rules.js';
import type { Database } from '../readmodel/database.js';
import type { DataFolder } from './data-folder.js';

export interface LocalToken {
  readonly title: string;
  readonly token: string;
}

/** How long local tokens last. */
export const LIFETIME_SECONDS = 7 * 86_400;

/** Issues tokens for a participant, its host, the network operator and the regulator, and writes them down. */
export async function writeLocalTokens(folder: DataFolder, database: Database): Promise<LocalToken[]> {
  const key = await localKey(folder.path);
  const participant = await database.db
    .selectFrom('participant')
    .select(['lane', 'number', 'participant_id'])
    .orderBy('block')
    .orderBy('number')
    .limit(1)
    .executeTakeFirst();
  const host = participant?.lane ?? ORGANISATIONS.host.organisation;
  const viewers: [title: string, viewer: Viewer][] = [
    ['host', { subject: 'local-host', organisation: host, role: 'HOST' }],
    [
      'network operator',
      {
        subject: 'local-operator',
        organisation: ORGANISATIONS.operator.organisation,
        role: 'NETWORK_OPERATOR',
      },
    ],
    [
      'regulator',
      { subject: 'local-regulator', organisation: ORGANISATIONS.regulator.organisation, role: 'REGULATOR' },
    ],
  ];
  if (participant) {
    viewers.unshift([
      `participant ${participant.participant_id}`,
      {
        subject: 'local-participant',
        organisation: participant.lane,
        role: 'PARTICIPANT',
        participant: { lane: participant.lane, number: Number(participant.number) },
      },
    ]);
  }
  const tokens = await Promise.all(
    viewers.map(async ([title, viewer]) => ({
      title,
      token: await issueToken(key, viewer, { lifetimeSeconds: LIFETIME_SECONDS }),
    })),
  );
  writePrivate(folder.tokens, `${tokens.map(({ title, token }) => `${title}\n${token}`).join('\n\n')}\n`);
  return tokens;
}
