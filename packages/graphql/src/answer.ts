// Answers of GraphQL: what goes over the wire, and with which status.
import { type ExecutionResult, GraphQLError } from "graphql";

/** An answer as HTTP takes it. */
export interface GraphqlAnswer {
  readonly status: number;
  /** JSON. */
  readonly body: string;
}

/** Codes of requests that are not executed, as clients know them. */
export type RefusalCode = "GRAPHQL_PARSE_FAILED" | "GRAPHQL_VALIDATION_FAILED";

/** Answers what was executed: the status is 200 whatever came of it. What nobody foresaw is for the log, not for the client. */
export function executedAnswer(result: ExecutionResult, onUnforeseen: (error: unknown) => void): GraphqlAnswer {
  const errors = result.errors?.map((error) => {
    if (!isUnforeseen(error)) return { message: error.message, path: error.path };
    onUnforeseen(error.originalError ?? error);
    return { message: "the server failed to answer; its log has the cause", path: error.path };
  });
  return {
    status: 200,
    body: JSON.stringify({ ...(errors === undefined ? {} : { errors }), data: result.data ?? null }),
  };
}

/** Resolvers fail with errors of GraphQL, and what they call with errors of the product, known by name: a bundle may have its class twice. */
function isUnforeseen({ originalError }: GraphQLError): boolean {
  return !(originalError instanceof GraphQLError) && originalError?.name !== "StepwrightError";
}

/** Answers what cannot be executed. */
export function refusedAnswer(errors: readonly GraphQLError[], code: RefusalCode): GraphqlAnswer {
  const told = errors.map(({ message, path, locations }) => ({
    message,
    ...(path === undefined ? {} : { path }),
    ...(locations === undefined ? {} : { locations }),
    extensions: { code },
  }));
  return { status: 422, body: JSON.stringify({ errors: told, data: null }) };
}

/** Answers what is no request. */
export function undecodableAnswer(reason: string): GraphqlAnswer {
  const message = `json request body could not be decoded: ${reason}`;
  return { status: 400, body: JSON.stringify({ errors: [{ message }], data: null }) };
}
