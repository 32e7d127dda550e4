/** Variables that do not fit their type: which part of one, and what is wanted there; nothing of what was given. */
import { GraphQLError } from 'graphql';

/** GraphQL's sentences, of which those about a value repeat it, and what each means. */
const REASONS: readonly [sentence: RegExp, reason: string][] = [
  [/^Expected non-nullable type |^Field "\w+" of required type /, 'a value is required'],
  [/^Variable "\$\w+" of (required type|non-null type) /, 'a value is required'],
  [/^Expected type "\w+" to be an object\.$/, 'an object is wanted'],
  [/^Int cannot represent /, 'a whole number within ±(2^31 − 1) is wanted'],
  [/^(String|ID) cannot represent /, 'a string is wanted'],
  [/^Boolean cannot represent /, 'true or false is wanted'],
  [/^(Enum|Value) "/, 'one of the names of its enumeration is wanted, as a string'],
];
/** The field that is missing; the place is that of the object which lacks it. */
const MISSING = /^Field "(\w+)" of required type /;
/** A field that there is not. It is named where it could be a field's name; what else a key may be is not repeated. */
const UNKNOWN = /^Field "([\s\S]*)" is not defined by type "(\w+)"\./;
const NAME = /^[_A-Za-z]\w{0,63}$/;

/**
 * The sentence for a variable that GraphQL refused with a message; undefined where the message is about something else.
 * Only `isOpen` names what the schema has. `wanted` is what a type of our own says.
 */
export function misfit(
  message: string,
  error: unknown,
  wanted: string | undefined,
  isOpen: boolean,
): string | undefined {
  const variable = /^Variable "\$(\w+)" /.exec(message)?.[1];
  if (variable === undefined) return undefined;
  const cause = error instanceof GraphQLError ? (error.originalError?.message ?? message) : message;
  const reason = reasonOf(cause, isOpen);
  const why = wanted ?? (reason && `${reason}.`);
  if (!isOpen) return wanted ?? (why && `A variable does not fit its type: ${why}`);
  const missing = MISSING.exec(cause)?.[1];
  const place = `${placeIn(message, cause) ?? variable}${missing === undefined ? '' : `.${missing}`}`;
  return `The variable ${place} does not fit its type${why === undefined ? '.' : `: ${why}`}`;
}

function reasonOf(cause: string, isOpen: boolean): string | undefined {
  const [, field, type] = UNKNOWN.exec(cause) ?? [];
  if (field === undefined) return REASONS.find(([sentence]) => sentence.test(cause))?.[1];
  if (!isOpen) return 'it has a field that its type has not';
  return NAME.test(field) ? `${type} has no field ${field}` : `it has a field that ${type} has not`;
}

/** The place that stands between the value, which may hold anything, and the cause. */
function placeIn(message: string, cause: string): string | undefined {
  const end = `; ${cause}`;
  return message.endsWith(end)
    ? / at "([\w.[\]]+)"$/.exec(message.slice(0, message.length - end.length))?.[1]
    : undefined;
}
