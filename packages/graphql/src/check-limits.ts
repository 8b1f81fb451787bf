// How much a query asks for, before any of it is done.
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  GraphQLError,
  type GraphQLField,
  GraphQLInterfaceType,
  type GraphQLNamedType,
  GraphQLObjectType,
  type GraphQLSchema,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import { aliasesMax, assumedListSize, costMax, depthMax, traceCost } from "./limits.ts";

/** What a selection comes to. */
interface Weight {
  readonly depth: number;
  readonly aliases: number;
  /** Fields of the answer. */
  readonly cost: number;
}

interface Setting {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Fragments are weighed once, however often they are spread. */
  readonly weighed: Map<string, Weight>;
}

const nothing: Weight = { depth: 0, aliases: 0, cost: 0 };
/** Fields whose values are traces. */
const traceFields: ReadonlySet<string> = new Set(["FunctionRunV2.trace", "Query.runTrace"]);
/** These are one tree, of which each level is a part: a run's steps, not that many for each of them. */
const treeFields: ReadonlySet<string> = new Set(["childrenSpans"]);

/** Tells what an operation has too much of; null when it is within all limits. The document is valid, so no fragment is in itself. */
export function limitBroken(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): GraphQLError | null {
  const fragments = new Map(
    document.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );
  const root = schema.getRootType(operation.operation) ?? null;
  const setting = { schema, fragments, variables, weighed: new Map<string, Weight>() };
  const { depth, aliases, cost } = weightOf(operation.selectionSet, root, setting);
  if (depth > depthMax)
    return new GraphQLError(`the query is ${depth} levels deep, more than the limit of ${depthMax}`);
  if (aliases > aliasesMax)
    return new GraphQLError(`the query has ${aliases} aliases, more than the limit of ${aliasesMax}`);
  if (cost > costMax)
    return new GraphQLError(
      `the query asks for about ${cost} fields, more than the limit of ${costMax}; ask for smaller pages, or for fewer lists in lists`,
    );
  return null;
}

function weightOf(set: SelectionSetNode, type: GraphQLNamedType | null, setting: Setting): Weight {
  let total = nothing;
  for (const node of set.selections) {
    switch (node.kind) {
      case Kind.FIELD:
        total = sum(total, fieldWeight(node, type, setting));
        break;
      case Kind.INLINE_FRAGMENT: {
        const on = node.typeCondition === undefined ? type : typeNamed(setting, node.typeCondition.name.value);
        total = sum(total, weightOf(node.selectionSet, on, setting));
        break;
      }
      case Kind.FRAGMENT_SPREAD:
        total = sum(total, fragmentWeight(node.name.value, setting));
        break;
    }
  }
  return total;
}

function fragmentWeight(name: string, setting: Setting): Weight {
  const known = setting.weighed.get(name);
  if (known !== undefined) return known;
  const fragment = setting.fragments.get(name);
  if (fragment === undefined) return nothing;
  const weight = weightOf(fragment.selectionSet, typeNamed(setting, fragment.typeCondition.name.value), setting);
  setting.weighed.set(name, weight);
  return weight;
}

function fieldWeight(node: FieldNode, type: GraphQLNamedType | null, setting: Setting): Weight {
  const field = fieldOf(type, node.name.value);
  // Fields about the schema itself are not known to the type; their lists are short.
  const inner =
    node.selectionSet === undefined
      ? nothing
      : weightOf(node.selectionSet, field === null ? null : getNamedType(field.type), setting);
  const times = field === null ? 1 : sizeOf(field, node, setting);
  const isAlias = node.alias !== undefined && node.alias.value !== node.name.value;
  return {
    depth: inner.depth + 1,
    aliases: inner.aliases + (isAlias ? 1 : 0),
    cost: 1 + (traceFields.has(`${type?.name}.${node.name.value}`) ? traceCost : 0) + inner.cost * times,
  };
}

/** How many items a field may have. */
function sizeOf(field: GraphQLField<unknown, unknown>, node: FieldNode, setting: Setting): number {
  const isPage = field.args.some((arg) => arg.name === "first");
  if (isPage) return Math.max(numberArgument(node, "first", setting), 1);
  const type = isNonNullType(field.type) ? field.type.ofType : field.type;
  return isListType(type) && field.name !== "edges" && !treeFields.has(field.name) ? assumedListSize : 1;
}

function numberArgument(node: FieldNode, name: string, { variables }: Setting): number {
  const value = node.arguments?.find((argument) => argument.name.value === name)?.value;
  if (value?.kind === Kind.INT) return Number(value.value);
  const given = value?.kind === Kind.VARIABLE ? variables[value.name.value] : undefined;
  return typeof given === "number" ? given : assumedListSize * 2;
}

function fieldOf(type: GraphQLNamedType | null, name: string): GraphQLField<unknown, unknown> | null {
  if (!(type instanceof GraphQLObjectType) && !(type instanceof GraphQLInterfaceType)) return null;
  return (type.getFields()[name] as GraphQLField<unknown, unknown> | undefined) ?? null;
}

function typeNamed({ schema }: Setting, name: string): GraphQLNamedType | null {
  return schema.getType(name) ?? null;
}

function sum(a: Weight, b: Weight): Weight {
  return { depth: Math.max(a.depth, b.depth), aliases: a.aliases + b.aliases, cost: a.cost + b.cost };
}
