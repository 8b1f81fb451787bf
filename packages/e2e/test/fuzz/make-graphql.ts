// Makes GraphQL requests from the schema that a server shows: fields and arguments at random, values of every kind.
import type { Chance } from "@stepwright/test-parts";
import { hostileExpression, hostileValue } from "./hostile.ts";
import { changed, type Known } from "./make-value.ts";

/** The question for the schema. */
export const introspection = `{ __schema { types { name kind
  fields { name args { name type { ...T } } type { ...T } }
  inputFields { name type { ...T } } enumValues { name } possibleTypes { name } } } }
fragment T on __Type { name kind ofType { name kind ofType { name kind ofType { name kind } } } }`;

interface TypeRef {
  readonly name: string | null;
  readonly kind: string;
  readonly ofType?: TypeRef | null;
}

interface Argument {
  readonly name: string;
  readonly type: TypeRef;
}

interface TypeOf {
  readonly name: string;
  readonly kind: string;
  readonly fields: readonly (Argument & { readonly args: readonly Argument[] })[] | null;
  readonly inputFields: readonly Argument[] | null;
  readonly enumValues: readonly { readonly name: string }[] | null;
  readonly possibleTypes: readonly { readonly name: string }[] | null;
}

/** The types of a schema by their names. */
export type GraphqlSchema = ReadonlyMap<string, TypeOf>;

/** Reads the answer to `introspection`. */
export function readSchema(answer: unknown): GraphqlSchema {
  const { data } = answer as { readonly data: { readonly __schema: { readonly types: readonly TypeOf[] } } };
  return new Map(data.__schema.types.map((type) => [type.name, type]));
}

/** Makes the body of a request. */
export function graphqlRequest(
  schema: GraphqlSchema,
  { chance, known }: { readonly chance: Chance; readonly known: Known },
): object {
  const maker: Maker = { schema, chance, known, variables: {}, declared: [] };
  const kind = chance.hits(0.25) ? "Mutation" : "Query";
  const root = schema.get(kind);
  const fields = root?.fields ?? [];
  const chosen = Array.from(
    { length: chance.hits(0.2) ? 3 : 1 },
    (_, index) => `f${index}: ${fieldText(maker, chance.pick(fields), 0)}`,
  );
  const declaration = maker.declared.length === 0 ? "" : `(${maker.declared.join(", ")})`;
  const query = `${kind.toLowerCase()} Q${declaration} { ${chosen.join(" ")} }`;
  return { query, variables: maker.variables, ...(chance.hits(0.2) ? { operationName: "Q" } : {}) };
}

interface Maker {
  readonly schema: GraphqlSchema;
  readonly chance: Chance;
  readonly known: Known;
  readonly variables: Record<string, unknown>;
  readonly declared: string[];
}

const depthMax = 4;

function fieldText(maker: Maker, field: Argument & { readonly args: readonly Argument[] }, depth: number): string {
  const { chance } = maker;
  const args = field.args.flatMap((argument) => {
    if (argument.type.kind !== "NON_NULL" && !chance.hits(0.5)) return [];
    const name = `v${maker.declared.length}`;
    maker.declared.push(`$${name}: ${typeText(argument.type)}`);
    const good = valueOf(maker, argument.type, argument.name, 0);
    maker.variables[name] = chance.hits(0.15) ? changed(chance, good) : good;
    return [`${argument.name}: $${name}`];
  });
  return `${field.name}${args.length === 0 ? "" : `(${args.join(", ")})`}${selectionText(maker, field.type, depth)}`;
}

function selectionText(maker: Maker, reference: TypeRef, depth: number): string {
  const type = maker.schema.get(namedType(reference));
  if (type === undefined) return "";
  if (type.kind === "UNION") {
    const parts = (type.possibleTypes ?? []).map(
      ({ name }) => `... on ${name}${selectionText(maker, { name, kind: "OBJECT" }, depth + 1)}`,
    );
    return ` { __typename ${parts.join(" ")} }`;
  }
  if (type.kind !== "OBJECT") return "";
  const fields = (type.fields ?? []).filter((field) => depth < depthMax || !isObjectLike(maker.schema, field.type));
  const chosen = fields.filter(() => maker.chance.hits(0.6));
  return ` { __typename ${chosen.map((field) => aliased(maker, field, depth)).join(" ")} }`;
}

/** Two fields of one name with other arguments are a conflict, so a field with arguments gets a name of its own. */
function aliased(maker: Maker, field: Parameters<typeof fieldText>[1], depth: number): string {
  const text = fieldText(maker, field, depth + 1);
  return field.args.length === 0 ? text : `a${maker.declared.length}_${depth}: ${text}`;
}

function isObjectLike(schema: GraphqlSchema, reference: TypeRef): boolean {
  return ["OBJECT", "UNION"].includes(schema.get(namedType(reference))?.kind ?? "");
}

function namedType(reference: TypeRef): string {
  return reference.ofType ? namedType(reference.ofType) : (reference.name ?? "");
}

function typeText(reference: TypeRef): string {
  const inner = reference.ofType ?? null;
  if (reference.kind === "NON_NULL" && inner !== null) return `${typeText(inner)}!`;
  if (reference.kind === "LIST" && inner !== null) return `[${typeText(inner)}]`;
  return reference.name ?? "";
}

function valueOf(maker: Maker, reference: TypeRef, name: string, depth: number): unknown {
  const { chance, known, schema } = maker;
  const inner = reference.ofType ?? null;
  if (reference.kind === "NON_NULL" && inner !== null) return valueOf(maker, inner, name, depth);
  if (reference.kind === "LIST" && inner !== null)
    return Array.from({ length: chance.between(0, 2) }, () => valueOf(maker, inner, name.replace(/s$/, ""), depth));
  const type = schema.get(reference.name ?? "");
  if (type?.kind === "ENUM") return chance.pick(type.enumValues ?? [{ name: "" }]).name;
  if (type?.kind === "INPUT_OBJECT") {
    const fields = (type.inputFields ?? []).filter((field) => field.type.kind === "NON_NULL" || chance.hits(0.4));
    return Object.fromEntries(fields.map((field) => [field.name, valueOf(maker, field.type, field.name, depth + 1)]));
  }
  switch (reference.name) {
    case "Int":
    case "Int64":
      return chance.pick([-1, 0, 1, 2, 5, 50, 400, 2 ** 31 - 1]);
    case "Boolean":
      return chance.hits(0.5);
    case "Map":
      return chance.hits(0.5) ? { n: 1 } : hostileValue(chance);
    default: {
      if (name === "query" && chance.hits(0.7)) return hostileExpression(chance);
      const values = known(name);
      return values.length === 0 ? "some text" : chance.pick(values);
    }
  }
}
