/** One mutation a command, derived from its shape: nothing about a command is written twice. */
import { Arg, Authorized, Ctx, Mutation, Resolver, type ClassType } from 'type-graphql';
import { GraphQLString } from 'graphql';
import type { CommandShape } from '../../schema/command.js';
import { Refusal } from '../../schema/errors.js';
import { idWords, rowsWords } from '../../schema/field-words.js';
import { LIMITS } from '../../schema/limits.js';
import { viewerOf, type RequestContext } from '../context.js';
import type { CommandOutcome } from '../lanes/outcome.js';
import { Uuid } from '../scalars.js';
import { addField, bounds, inputOf, refersTo } from './field-types.js';
import { outcomePayload, refusalOf } from './outcome-payload.js';
import { payloadOf, userError, type Payload } from './payload.js';
import { readCommand, type Input } from './read-command.js';
import { asSeen } from './unseen.js';

/** A resolver class with a mutation for each command. */
export function mutationResolver(commands: readonly CommandShape[]): ClassType {
  class Mutations {}
  const prototype = Mutations.prototype as unknown as Record<string, unknown>;
  for (const shape of commands) {
    prototype[shape.name] = (input: Input, context: RequestContext) => give(shape, input, context);
    const input = commandInput(shape);
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

export const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** The input of a command's mutation. */
export function commandInput(shape: CommandShape): ClassType {
  return inputOf(`${capital(shape.name)}Input`, shape.doc, shape.fields, (type) => {
    addField(
      type,
      'idempotencyKey',
      Uuid,
      'UUIDv7 made by the client, once for each command it means; a retry repeats it.',
      false,
    );
    if (!refersTo(shape.fields)) {
      addField(
        type,
        'lane',
        GraphQLString,
        `Host organisation whose lane it is for; by default the viewer’s own. ${bounds(idWords(LIMITS.idLength))}`,
        true,
      );
    }
    if (shape.rows) {
      const rows = inputOf(`${capital(shape.name)}RowInput`, `A row of ${shape.name}.`, shape.rows);
      addField(type, 'rows', [rows], bounds(rowsWords(shape.maxRows ?? 0)), false);
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
    return { userErrors: [userError(refusal.code, refusal.field, refusal.sentence)], receipt: null };
  }
  const outcome = await asSeen(shape, input, given.outcome, context.loaders);
  return outcomePayload(shape, given.lane, outcome);
}

/** A command that reached the ledger, and what became of it. */
interface Given {
  readonly lane: string;
  readonly outcome: CommandOutcome;
}

async function submit(shape: CommandShape, input: Input, context: RequestContext): Promise<Given> {
  const viewer = viewerOf(context);
  const { lane, ...command } = readCommand(shape, input, viewer.organisation);
  const { participant } = viewer;
  // A participant acts through its host, in its host's lane, and nowhere else (A2).
  if (participant && participant.lane !== lane) throw new Refusal('NOT_FOUND');
  const identity = participant
    ? { organisation: lane, role: 'HOST' }
    : { organisation: viewer.organisation, role: viewer.role };
  const outcome = await context.lanes.submit({
    ...{ lane, identity },
    command: { ...command, actor: participant?.number ?? 0 },
  });
  return { lane, outcome };
}
