// Answers GraphQL requests: read, checked, executed.
import type { Runtime } from "@stepwright/runtime";
import {
  buildSchema,
  type DocumentNode,
  execute,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  type GraphQLSchema,
  OperationTypeNode,
  parse,
  validate,
} from "graphql";
import { executedAnswer, type GraphqlAnswer, refusedAnswer, undecodableAnswer } from "./answer.ts";
import { limitBroken } from "./check-limits.ts";
import { openContext } from "./context.ts";
import { tokensMax } from "./limits.ts";
import { type GraphqlRequest, type Operation, readRequest } from "./read-request.ts";
import { bindResolvers } from "./resolver.ts";
import { resolvers } from "./resolvers/index.ts";
import { defineScalars } from "./scalars.ts";
import { schemaText } from "./schema/index.ts";

/** The GraphQL API. */
export interface GraphqlApi {
  /** Answers a request. Never rejects for what a request can cause. */
  answer(request: GraphqlRequest): Promise<GraphqlAnswer>;
}

/** What the API works on. */
export interface GraphqlOptions {
  readonly runtime: Runtime;
  /** Hears of errors that are ours; whoever asked is only told that there was one. */
  readonly onUnforeseen: (error: unknown) => void;
}

/** Makes the API. */
export function createGraphql(options: GraphqlOptions): GraphqlApi {
  const schema = buildSchema(schemaText);
  defineScalars(schema);
  bindResolvers(schema, resolvers);
  return {
    async answer(request) {
      const read = readRequest(request);
      if (read.kind === "undecodable") return undecodableAnswer(read.reason);
      return answerOperation(schema, read.operation, options);
    },
  };
}

async function answerOperation(
  schema: GraphQLSchema,
  { query, variables, operationName, isReadOnly }: Operation,
  { runtime, onUnforeseen }: GraphqlOptions,
): Promise<GraphqlAnswer> {
  let document: DocumentNode;
  try {
    document = parse(query, { maxTokens: tokensMax });
  } catch (error) {
    return refusedAnswer([asGraphqlError(error)], "GRAPHQL_PARSE_FAILED");
  }
  const problems = validate(schema, document);
  if (problems.length > 0) return refusedAnswer(problems.map(asProblem), "GRAPHQL_VALIDATION_FAILED");
  const problem = checkOperation(schema, document, { variables, operationName, isReadOnly });
  if (problem.length > 0) return refusedAnswer(problem, "GRAPHQL_VALIDATION_FAILED");
  const result = await execute({
    schema,
    document,
    contextValue: openContext(runtime),
    variableValues: variables,
    operationName,
  });
  return executedAnswer(result, onUnforeseen);
}

/** What is wrong with an operation of a valid document: its name, its variables, or how much it asks for. */
function checkOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  { variables, operationName, isReadOnly }: Omit<Operation, "query">,
): readonly GraphQLError[] {
  const operation = getOperationAST(document, operationName);
  if (operation == null) {
    return [
      new GraphQLError(
        operationName === null
          ? "the query has several operations; name one with operationName"
          : `the query has no operation ${JSON.stringify(operationName)}`,
      ),
    ];
  }
  if (isReadOnly && operation.operation !== OperationTypeNode.QUERY)
    return [new GraphQLError("a GET only reads; send a mutation with POST")];
  const values = getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: 10 });
  if (values.errors !== undefined) return values.errors.map(asVariableError);
  const broken = limitBroken(schema, document, operation, values.variableValues.coerced);
  return broken === null ? [] : [broken];
}

/** The library gives up, without a word why, on fields that are asked for so often that comparing them would take seconds. */
function asProblem(error: GraphQLError): GraphQLError {
  return error.message === "Validation aborted."
    ? new GraphQLError("the query asks for the same fields too often to be checked; ask for each once")
    : error;
}

/** Clients find the name of a variable in the path. */
function asVariableError(error: GraphQLError): GraphQLError {
  const name = /^Variable "\$(\w+)"/.exec(error.message)?.[1];
  return name === undefined ? error : new GraphQLError(error.message, { path: ["variable", name] });
}

function asGraphqlError(error: unknown): GraphQLError {
  return error instanceof GraphQLError ? error : new GraphQLError(String(error));
}
