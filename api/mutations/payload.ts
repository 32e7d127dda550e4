/** What every mutation answers: refusals as data, and where the command stands on the ledger. */
import { Field, ID, Int, ObjectType, type ClassType } from 'type-graphql';
import type { CommandShape } from '../../schema/command.js';
import { ERRORS, type ErrorCode } from '../../schema/errors.js';
import { enumOf } from '../modules/enums.js';
import { Instant } from '../scalars.js';

const CodeEnum = enumOf(
  'ErrorCode',
  Object.keys(ERRORS),
  'Every code that Gridbook answers, as refusal or as error.',
);
const RetryEnum = enumOf(
  'RetryAdvice',
  ['NEVER', 'SAME_KEY', 'NEW_KEY'],
  'NEVER: it cannot succeed. SAME_KEY: send it again later. NEW_KEY: mend it, then send it under a new key.',
);

@ObjectType({ description: 'Why a command was refused.' })
export class UserError {
  @Field(() => String, { nullable: true, description: 'Input field that it is about; with `.n` a row.' })
  declare field: string | null;
  @Field({ description: 'A sentence for people.' })
  declare message: string;
  @Field(() => CodeEnum, { description: 'For programs.' })
  declare code: ErrorCode;
  @Field(() => RetryEnum, { description: 'What to do.' })
  declare retry: string;
}

@ObjectType({ description: 'Where a command stands on the ledger, applied or refused.' })
export class Receipt {
  @Field({ description: 'Id of the transaction.' })
  declare transactionId: string;
  @Field({ description: 'Number of its block.' })
  declare block: string;
  @Field(() => Int, { description: 'Position of the transaction in its block.' })
  declare position: number;
  @Field(() => Int, { description: 'Position of the command in the transaction.' })
  declare commandIndex: number;
  @Field({
    description:
      'Number of blocks from which on a query shows it: give it in the header gridbook-min-height.',
  })
  declare height: string;
  @Field(() => Instant, { description: 'Time of the transaction.' })
  declare time: number;
  @Field({
    description: 'Whether the ledger had decided the same command before: this is its first outcome again.',
  })
  declare replayed: boolean;
}

export interface Payload {
  readonly userErrors: readonly UserError[];
  readonly receipt: Receipt | null;
  readonly id?: string | null;
}

/** A refusal as data; `sentence` where more is known than the code says. */
export const userError = (
  code: ErrorCode,
  field: string,
  sentence: string = ERRORS[code].message,
): UserError => ({
  code,
  field: field === '' ? null : field,
  message: sentence,
  retry: ERRORS[code].retry,
});

/** The payload type of a command. */
export function payloadOf(shape: CommandShape): ClassType {
  const name = `${shape.name.charAt(0).toUpperCase()}${shape.name.slice(1)}Payload`;
  const type = { [name]: class {} }[name] as ClassType;
  const add = (
    field: string,
    of: () => ClassType | typeof ID | [ClassType],
    description: string,
    nullable: boolean,
  ): void => Field(of, { description, nullable })(type.prototype as object, field);
  add('userErrors', () => [UserError], 'Why it was refused; empty where it was applied.', false);
  add('receipt', () => Receipt, 'Where it stands on the ledger; null where it never reached it.', true);
  if (shape.creates) {
    add(
      'id',
      () => ID,
      `Node id of the ${shape.creates} that it made or added to; null where it was refused.`,
      true,
    );
  }
  ObjectType(name, { description: `Outcome of ${shape.name}.` })(type);
  return type;
}
