/** The GraphQL type of a field of the language, and its way from an input to the ledger's value. */
import { GraphQLBoolean, GraphQLID, GraphQLInt, GraphQLString, type GraphQLScalarType } from 'graphql';
import { Field, InputType, type ClassType } from 'type-graphql';
import { wordsOf } from '../../schema/field-words.js';
import type { Field as LanguageField, Fields, IntegerField, RefKind } from '../../schema/fields.js';
import { enumOf, type Enumeration } from '../modules/enums.js';
import { EnergyWh, Instant, MoneyMicros, PowerW, PriceMicrosPerMWh } from '../scalars.js';

type InputTypeValue = GraphQLScalarType | Enumeration | ClassType | [InputTypeValue];

const BY_UNIT: Readonly<Record<string, GraphQLScalarType>> = {
  Wh: EnergyWh,
  W: PowerW,
  micros: MoneyMicros,
  'micros per MWh': PriceMicrosPerMWh,
};

const inputs = new Map<string, ClassType>();

/** The type under which an input takes a field. */
export function inputTypeOf(of: LanguageField): InputTypeValue {
  switch (of.kind) {
    case 'integer':
      return integerType(of);
    case 'text':
      return GraphQLString;
    case 'choice':
      return enumOf(of.name, of.values, of.doc);
    case 'boolean':
      return GraphQLBoolean;
    case 'optional':
      return inputTypeOf(of.of);
    case 'list':
      return [inputTypeOf(of.of)];
    case 'record':
      return inputOf(`${of.name}Input`, of.doc, of.fields);
  }
}

function integerType(of: IntegerField): GraphQLScalarType {
  if (of.ref) return GraphQLID;
  if (of.edge === 'instant') return Instant;
  return of.edge === 'amount' ? (BY_UNIT[of.unit] ?? GraphQLInt) : GraphQLInt;
}

/** Whether an input may leave a field out. */
const isNullable = (of: LanguageField): boolean =>
  of.kind === 'optional' || (of.kind === 'integer' && of.ref !== undefined && of.min === 0);

/** An input type with the fields of a command or record; `more` adds what only the edge knows. */
export function inputOf(
  name: string,
  description: string,
  fields: Fields,
  more: (type: ClassType) => void = () => undefined,
): ClassType {
  const known = inputs.get(name);
  if (known) return known;
  const type = { [name]: class {} }[name] as ClassType;
  for (const [field, of] of Object.entries(fields)) {
    addField(type, field, inputTypeOf(of), describe(of), isNullable(of));
  }
  more(type);
  InputType(name, { description })(type);
  inputs.set(name, type);
  return type;
}

/** What a field means, and what it takes where its type does not say it. At the edge a reference is a node id. */
function describe(of: LanguageField): string {
  const inner = of.kind === 'list' || of.kind === 'optional' ? of.of : of;
  const ref = inner.kind === 'integer' ? inner.ref : undefined;
  const means = ref ? `Node id of the ${ref}. ${of.doc}` : of.doc;
  if (of.kind === 'list') return `${means} ${bounds(wordsOf(of))}`;
  const isBounded = inner.kind === 'text' || (inner.kind === 'integer' && !ref);
  return isBounded ? `${means} ${bounds(wordsOf(inner))}` : means;
}

/** The words of a field's bounds as a sentence. */
export const bounds = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

export function addField(
  type: ClassType,
  name: string,
  of: InputTypeValue,
  description: string,
  nullable: boolean,
): void {
  Field(() => of, { description, nullable })(type.prototype as object, name);
}

/** Kinds of records that a command refers to at any depth. */
export function refersTo(fields: Fields): boolean {
  return Object.values(fields).some(isOrHoldsRef);
}

function isOrHoldsRef(of: LanguageField): boolean {
  switch (of.kind) {
    case 'integer':
      // A reference that may be absent does not always tell the lane.
      return of.ref !== undefined && of.min > 0;
    case 'optional':
    case 'list':
      return isOrHoldsRef(of.of);
    case 'record':
      return refersTo(of.fields);
    case 'text':
    case 'choice':
    case 'boolean':
      return false;
  }
}

export type RefReader = (kind: RefKind, id: unknown, field: string) => number;

/** The ledger's value of an input's field; node ids become numbers. */
export function ledgerValue(of: LanguageField, value: unknown, ref: RefReader, field: string): unknown {
  switch (of.kind) {
    case 'integer':
      if (!of.ref) return value;
      return value === undefined || value === null ? 0 : ref(of.ref, value, field);
    case 'optional':
      return value === undefined || value === null ? null : ledgerValue(of.of, value, ref, field);
    case 'list':
      return (value as unknown[]).map((item) => ledgerValue(of.of, item, ref, field));
    case 'record':
      return Object.fromEntries(
        Object.entries(of.fields).map(([name, f]) => [
          name,
          ledgerValue(f, (value as Record<string, unknown>)[name], ref, field),
        ]),
      );
    case 'text':
    case 'choice':
    case 'boolean':
      return value;
  }
}
