/** One mutation a command, derived from its shape: nothing about a command is written twice. */
import { Arg, Authorized, Ctx, Mutation, Resolver, type ClassType } from 'type-graphql';
import { GraphQLString } from 'graphql';
import { GraphQLUUID } from 'graphql-scalars';
import type { CommandShape } from '../../schema/command.js';
import { ERRORS, GridbookError, Refusal, type ErrorCode } from '../../schema/errors.js';
import { isRecordId, isUuidV7, keyFromUuid } from '../../schema/ids.js';
import { viewerOf, type RequestContext } from '../context.js';
import type { CommandOutcome } from '../lanes/outcome.js';
import { decodeRef, encodeNodeId } from '../node-id.js';
import { addField, inputOf, ledgerValue, refersTo } from './field-types.js';
import { payloadOf, userError, type Payload } from './payload.js';

type Input = Readonly<Record<string, unknown>>;

/** A resolver class with a mutation for each command. */
export function mutationResolver(commands: readonly CommandShape[]): ClassType {
  class Mutations {}
  const prototype = Mutations.prototype as unknown as Record<string, unknown>;
  for (const shape of commands) {
    prototype[shape.name] = (input: Input, context: RequestContext) => give(shape, input, context);
    const input = inputTypeOf(shape);
    const payload = payloadOf(shape);
    const target = Mutations.prototype;
    // What the compiler would have written for a method with these parameters.
    Reflect.defineMetadata('design:paramtypes', [Object, Object], target, shape.name);
    Reflect.defineMetadata('design:returntype', Promise, target, shape.name);
    const descriptor = Object.getOwnPropertyDescriptor(target, shape.name) as PropertyDescriptor;
    Arg('input', () => input, { description: 'What the command says.' })(target, shape.name, 0);
    Ctx()(target, shape.name, 1);
    Authorized()(target, shape.name, descriptor);
    // Nullable: where one of several fails whole, the others keep their receipts.
    Mutation(() => payload, { description: shape.doc, nullable: true })(target, shape.name, descriptor);
  }
  Resolver()(Mutations);
  return Mutations;
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

function inputTypeOf(shape: CommandShape): ClassType {
  return inputOf(`${capital(shape.name)}Input`, shape.doc, shape.fields, (type) => {
    addField(
      type,
      'idempotencyKey',
      GraphQLUUID,
      'UUIDv7 made by the client, once for each command it means; a retry repeats it.',
      false,
    );
    if (!refersTo(shape.fields)) {
      addField(
        type,
        'lane',
        GraphQLString,
        'Host organisation whose lane it is for; by default the viewer’s own.',
        true,
      );
    }
    if (shape.rows) {
      const rows = inputOf(`${capital(shape.name)}RowInput`, `A row of ${shape.name}.`, shape.rows);
      addField(type, 'rows', [rows], `Rows, 1 to ${shape.maxRows ?? 0}.`, false);
    }
  });
}

async function give(shape: CommandShape, input: Input, context: RequestContext): Promise<Payload> {
  context.throttle.charge(viewerOf(context), shape);
  let given: Given;
  try {
    given = await submit(shape, input, context);
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    return { userErrors: [userError(refusal.code, refusal.field)], receipt: null };
  }
  return payload(shape, given);
}

/** A command that reached the ledger, and what became of it. */
interface Given {
  readonly lane: string;
  readonly outcome: CommandOutcome;
}

async function submit(shape: CommandShape, input: Input, context: RequestContext): Promise<Given> {
  const viewer = viewerOf(context);
  const key = String(input.idempotencyKey).toLowerCase();
  if (!isUuidV7(key)) throw new Refusal('INVALID_INPUT', 'idempotencyKey');
  const { lane, args } = read(shape, input, viewer.organisation);
  const { participant } = viewer;
  // A participant acts through its host, in its host's lane, and nowhere else (A2).
  if (participant && participant.lane !== lane) throw new Refusal('NOT_FOUND');
  const identity = participant
    ? { organisation: lane, role: 'HOST' }
    : { organisation: viewer.organisation, role: viewer.role };
  const outcome = await context.lanes.submit({
    lane,
    identity,
    command: { shape, key: keyFromUuid(key), actor: participant?.number ?? 0, args },
  });
  return { lane, outcome };
}

/** What the caller learns as data: refusals of the form, and of what would not fit a transaction even alone. */
function refusalOf(error: unknown): { code: ErrorCode; field: string } | undefined {
  if (error instanceof Refusal) return error;
  if (!(error instanceof GridbookError)) return undefined;
  // To whoever is no part of it, a lane that is another's or not there is one and the same.
  if (error.code === 'WRONG_LANE' || error.code === 'NOT_ADMITTED')
    return { code: 'NOT_ADMITTED', field: 'lane' };
  return ERRORS[error.code].kind === 'business' ? { code: error.code, field: '' } : undefined;
}

/** The command's values, and the lane that its references name. */
function read(
  shape: CommandShape,
  input: Input,
  organisation: string,
): { lane: string; args: Record<string, unknown> } {
  let lane = (input.lane ?? undefined) as string | undefined;
  if (lane !== undefined && !isRecordId(lane)) throw new Refusal('INVALID_INPUT', 'lane');
  const ref: Parameters<typeof ledgerValue>[2] = (kind, id, field) => {
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
  return { lane: lane ?? organisation, args };
}

function payload(shape: CommandShape, { lane, outcome }: Given): Payload {
  const { refusal, receipt, replayed } = outcome;
  const number = shape.creates && numberOf(shape.creates, outcome);
  return {
    userErrors: refusal ? [userError(refusal.code, refusal.field)] : [],
    receipt: {
      transactionId: receipt.transactionId,
      block: String(receipt.block),
      position: receipt.index,
      commandIndex: receipt.commandIndex,
      height: String(receipt.block + 1),
      time: receipt.timeMs,
      replayed,
    },
    ...(shape.creates ? { id: number === undefined ? null : encodeNodeId(shape.creates, lane, number) } : {}),
  };
}

/** The number that an event gives the record: in a field of the kind's name. */
function numberOf(
  kind: NonNullable<CommandShape['creates']>,
  { events }: CommandOutcome,
): number | undefined {
  const field = kind.charAt(0).toLowerCase() + kind.slice(1);
  for (const event of events) if (typeof event.fields[field] === 'number') return event.fields[field];
  return undefined;
}
