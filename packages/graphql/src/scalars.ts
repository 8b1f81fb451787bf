// The scalars of the schema that GraphQL does not have by itself.
import { isUlid, millis, parseInstant, type Millis } from "@stepwright/protocol";
import { GraphQLError, type GraphQLSchema, GraphQLScalarType, valueFromASTUntyped } from "graphql";

interface Scalar {
  /** Makes the JSON of what a resolver has returned. */
  readonly write: (value: unknown) => unknown;
  /** Makes what a resolver is given of the JSON of an argument; throws for what is none. */
  readonly read: (value: unknown) => unknown;
}

const asIs: Scalar = { write: (value) => value, read: (value) => value };

const scalars: Readonly<Record<string, Scalar>> = {
  // Resolvers have milliseconds.
  Time: { write: (value) => (typeof value === "number" ? new Date(value).toISOString() : value), read: readTime },
  ULID: { ...asIs, read: (value) => readText("ULID", value, isUlid) },
  UUID: { ...asIs, read: (value) => readText("UUID", value, isUuid) },
  Bytes: { ...asIs, read: (value) => readText("Bytes", value, () => true) },
  Map: asIs,
  Unknown: asIs,
  Int64: asIs,
  SpanMetadataKind: asIs,
  SpanMetadataScope: asIs,
  SpanMetadataValues: asIs,
  HTTPHeaders: asIs,
};

/** Gives the scalars of a schema their meaning. */
export function defineScalars(schema: GraphQLSchema): void {
  for (const [name, { read, write }] of Object.entries(scalars)) {
    const type = schema.getType(name);
    if (!(type instanceof GraphQLScalarType)) throw new Error(`the schema has no scalar ${name}`);
    type.coerceOutputValue = write;
    type.coerceInputValue = read;
    type.coerceInputLiteral = (node) => read(valueFromASTUntyped(node));
  }
}

function readTime(value: unknown): Millis {
  const at = typeof value === "string" ? parseInstant(value) : null;
  if (at === null)
    throw new GraphQLError(`Time is an RFC 3339 date such as "2026-01-31T12:00:00Z", got ${JSON.stringify(value)}`);
  return millis(at);
}

function readText(type: string, value: unknown, isValid: (text: string) => boolean): string {
  if (typeof value !== "string" || !isValid(value)) throw new GraphQLError(`${JSON.stringify(value)} is no ${type}`);
  return value;
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
