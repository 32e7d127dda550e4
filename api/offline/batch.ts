/** The batch of commands that an organisation signs for itself: what its request says, and nothing else. */
import { beginsAsBatchOf, encodeBatch, type CommandInput } from '../../schema/command.js';
import { GridbookError, Refusal } from '../../schema/errors.js';
import { LIMITS } from '../../schema/limits.js';
import { readBatch, type ReadBatch } from '../../schema/read-batch.js';
import { TRADE_COMMANDS } from '../../schema/trade/index.js';
import { assertForm } from '../lanes/form.js';
import { FormRefusal } from '../lanes/form-refusal.js';
import { bucketOf } from '../lanes/queue.js';
import { readCommand, type Input } from '../mutations/read-command.js';
import { decodeRef } from '../node-id.js';

const SHAPES = new Map(TRADE_COMMANDS.map((shape) => [shape.name, shape]));

/** A command of a batch: its input under its name, and perhaps the participant that acts. */
export type BatchCommand = Readonly<Record<string, unknown>> & { readonly actor?: string | null };

/**
 * Encodes commands as the batch of the organisation's own lane. The same commands always give the same bytes, so that
 * whoever asked for them can tell whether a proposal holds them. Refused with the first field that is not of its form,
 * as `commands.3.sparkzTransfer.from`.
 */
export function offlineBatch(organisation: string, commands: readonly BatchCommand[]): Uint8Array {
  if (commands.length === 0 || commands.length > LIMITS.batchCommands)
    throw new FormRefusal('commands', `1 to ${LIMITS.batchCommands} commands`);
  const read = commands.map((command, i) => readOne(organisation, command, `commands.${i}`));
  const buckets = new Set(read.map(({ key }) => bucketOf(key)));
  if (buckets.size > LIMITS.batchBuckets) throw new Refusal('BATCH_TOO_SPREAD', 'commands');
  const args = encodeBatch(organisation, read);
  if (args.length > LIMITS.argumentBytes) throw new GridbookError('ARGUMENTS_TOO_LARGE');
  return args;
}

function readOne(organisation: string, command: BatchCommand, place: string): CommandInput {
  const names = Object.keys(command).filter((name) => SHAPES.has(name) && (command[name] ?? null) !== null);
  const shape = SHAPES.get(names[0]);
  if (!shape || names.length !== 1) throw new FormRefusal(place, 'exactly one command, under its name');
  const actor = actorOf(organisation, command.actor ?? undefined, place);
  try {
    const { lane, ...read } = readCommand(shape, command[shape.name] as Input, organisation);
    if (lane !== organisation) throw new Refusal('NOT_FOUND', 'lane');
    const given = { ...read, actor };
    assertForm(given);
    return given;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, field } = error;
    const at = `${place}.${shape.name}`;
    if (error instanceof FormRefusal) throw error.within(at);
    throw new Refusal(code, field === '' ? at : `${at}.${field}`);
  }
}

function actorOf(organisation: string, id: string | undefined, place: string): number {
  if (id === undefined) return 0;
  const found = decodeRef('Participant', id);
  if (found?.lane !== organisation) throw new Refusal('NOT_FOUND', `${place}.actor`);
  return found.number;
}

/** Reads the batch of signed bytes; refused with PREPARATION_REFUSED where it is not one for the lane. */
export function batchFor(lane: string, args: Uint8Array): ReadBatch {
  const refused = new GridbookError('PREPARATION_REFUSED');
  if (args.length > LIMITS.argumentBytes || !beginsAsBatchOf(lane, args)) throw refused;
  let batch: ReadBatch;
  try {
    batch = readBatch(args, SHAPES);
  } catch {
    throw refused;
  }
  const isCount = Number.isSafeInteger(batch.count) && batch.count > 0 && batch.count <= LIMITS.batchCommands;
  if (batch.lane !== lane || !isCount || batch.segments.some(({ shape }) => !shape)) throw refused;
  return batch;
}
