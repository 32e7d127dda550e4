/** `gridbook token`: access tokens for local use. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { issueToken } from '../../auth/issue.js';
import { localKey } from '../../auth/keys.js';
import type { Viewer } from '../../auth/viewer.js';
import { ROLES, type Role } from '../../../schema/command.js';
import { isRecordId } from '../../../schema/ids.js';
import { LIMITS } from '../../../schema/limits.js';
import { openReading } from '../composition.js';
import type { CommandContext } from '../context.js';
import { dataFolderAt, hasLedger, organisationsOf } from '../data-folder.js';
import {
  addEngineOptions,
  ledgerPlace,
  networkOf,
  type EngineOptions,
  type LedgerPlace,
} from '../engine-options.js';
import { CommandFailure, EXIT } from '../exit.js';
import { choiceOption, durationOption } from '../options.js';
import type { Terminal } from '../terminal.js';

interface TokenOptions extends EngineOptions {
  readonly data?: string;
  readonly role: Role;
  readonly organisation: string;
  readonly participant?: string;
  readonly expires?: number;
  readonly json?: boolean;
}

const DAY_SECONDS = 86_400;
const YEAR_SECONDS = 366 * DAY_SECONDS;

export function addToken(program: Command, context: CommandContext): void {
  addEngineOptions(program.command('token'))
    .summary('make an access token for local use')
    .description(
      'Signs a token with the key of the data folder. It works on loopback, and never in production.',
    )
    .requiredOption('--role <role>', `one of ${ROLES.join(', ')}`, choiceOption('--role', ROLES))
    .requiredOption('--organisation <id>', 'organisation of the bearer, or host of the participant')
    .option('--participant <id>', 'id of the participant, for the role PARTICIPANT')
    .option(
      '--expires <duration>',
      `such as 90m, 12h, 7d (default: 1d); it is accepted for ${LIMITS.tokenToleranceSeconds} s more, as clocks differ`,
      durationOption('--expires', YEAR_SECONDS),
    )
    .option('--data <dir>', 'data folder')
    .option('--json', 'print one object')
    .addHelpText(
      'after',
      '\nExamples:\n  gridbook token --role HOST --organisation Brightwater\n' +
        '  gridbook token --role PARTICIPANT --organisation Brightwater --participant home-01 --expires 7d\n' +
        '  gridbook token --role HOST --organisation Brightwater --ledger fabric --data ./fabric-data',
    )
    .action((options: TokenOptions) => token(options, context));
}

async function token(options: TokenOptions, { terminal, settings }: CommandContext): Promise<void> {
  const folder = dataFolderAt(options.data ?? settings.data);
  // Where the ledger is a network's channel, the folder has keys, and an organisation needs no more.
  const isOfNetwork = options.role !== 'PARTICIPANT' && !hasLedger(folder) && existsSync(folder.keys);
  const place = isOfNetwork ? { folder, network: networkOf(options) } : ledgerPlace(options, settings);
  if (!isRecordId(options.organisation))
    throw new CommandFailure('The organisation is not an id.', EXIT.usage);
  const isParticipant = options.role === 'PARTICIPANT';
  if (isParticipant !== (options.participant !== undefined)) {
    throw new CommandFailure(
      isParticipant
        ? 'The role PARTICIPANT wants --participant, an id that the organisation hosts.'
        : `--participant goes with the role PARTICIPANT, not with ${options.role}.`,
      EXIT.usage,
    );
  }
  if (!isOfNetwork && place.network === undefined) warnOfStranger(place, options.organisation, terminal);
  const viewer: Viewer = {
    subject: `local-${options.participant ?? options.organisation}`,
    organisation: options.organisation,
    role: options.role,
    ...(options.participant === undefined
      ? {}
      : { participant: await participantOf(place, options.organisation, options.participant) }),
  };
  const lifetimeSeconds = options.expires ?? DAY_SECONDS;
  const made = await issueToken(await localKey(place.folder.path), viewer, { lifetimeSeconds });
  if (options.json) {
    terminal.json({
      token: made,
      ...viewer,
      expiresAt: new Date(Date.now() + lifetimeSeconds * 1000).toISOString(),
    });
  } else terminal.print(made);
}

/** A stranger may join later, so that its token is made; most often the name is mistyped. */
function warnOfStranger({ folder }: LedgerPlace, organisation: string, terminal: Terminal): void {
  const known = organisationsOf(folder);
  if (known.includes(organisation)) return;
  terminal.note(`The ledger knows no organisation ${organisation} yet; it knows ${known.join(', ')}.`);
}

/** The participant's number; looked up in the ledger's blocks, so that a running Gridbook is no hindrance. */
async function participantOf(
  place: LedgerPlace,
  host: string,
  id: string,
): Promise<{ lane: string; number: number }> {
  const reading = await openReading(place);
  try {
    const row = await reading.database.db
      .selectFrom('participant')
      .select('number')
      .where('lane', '=', host)
      .where('participant_id', '=', id)
      .executeTakeFirst();
    if (!row) throw new CommandFailure('The organisation hosts no participant of that id.', EXIT.unavailable);
    return { lane: host, number: Number(row.number) };
  } finally {
    await reading.close();
  }
}
