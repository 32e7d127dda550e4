/** A command as the ledger takes it, from the input of its mutation. */
import type { CommandInput, CommandShape } from '../../schema/command.js';
import { Refusal } from '../../schema/errors.js';
import { idWords, KEY_WORDS } from '../../schema/field-words.js';
import { isRecordId, isUuidV7, keyFromUuid } from '../../schema/ids.js';
import { LIMITS } from '../../schema/limits.js';
import { FormRefusal } from '../lanes/form-refusal.js';
import { decodeRef } from '../node-id.js';
import { ledgerValue, type RefReader } from './field-types.js';

export type Input = Readonly<Record<string, unknown>>;

export interface ReadCommand extends Omit<CommandInput, 'actor'> {
  /** The lane that its references or its input name; the organisation's own where neither does. */
  readonly lane: string;
}

/** Reads a command's input; refused with the field that is not of its form. */
export function readCommand(shape: CommandShape, input: Input, organisation: string): ReadCommand {
  const key = String(input.idempotencyKey).toLowerCase();
  if (!isUuidV7(key)) throw new FormRefusal('idempotencyKey', KEY_WORDS);
  let lane = (input.lane ?? undefined) as string | undefined;
  if (lane !== undefined && !isRecordId(lane)) throw new FormRefusal('lane', idWords(LIMITS.idLength));
  const ref: RefReader = (kind, id, field) => {
    const found = decodeRef(kind, String(id));
    if (!found || (lane !== undefined && lane !== found.lane)) throw new Refusal('NOT_FOUND', field);
    ({ lane } = found);
    return found.number;
  };
  const args: Record<string, unknown> = {};
  for (const [name, of] of Object.entries(shape.fields)) args[name] = ledgerValue(of, input[name], ref, name);
  if (shape.rows) {
    const rows = input.rows as Record<string, unknown>[];
    args.rows = Object.fromEntries(
      Object.entries(shape.rows).map(([name, of]) => [
        name,
        rows.map((row, i) => ledgerValue(of, row[name], ref, `${name}.${i}`)),
      ]),
    );
  }
  return { lane: lane ?? organisation, shape, key: keyFromUuid(key), args };
}
