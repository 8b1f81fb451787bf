// Reads a request: a query with its variables, from the body of a POST or from the address of a GET.
import { isJsonObject, tryParseJson } from "@stepwright/protocol";

/** A request as HTTP brings it. */
export type GraphqlRequest =
  | { readonly method: "POST"; readonly body: string }
  | { readonly method: "GET"; readonly parameters: Readonly<Record<string, string | undefined>> };

/** What is to be executed. */
export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string | null;
  /** A GET only reads: a link must not change anything. */
  readonly isReadOnly: boolean;
}

/** The outcome of reading a request; the reason is for whoever sent it. */
export type ReadRequest =
  | { readonly kind: "operation"; readonly operation: Operation }
  | { readonly kind: "undecodable"; readonly reason: string };

/** Reads a request. */
export function readRequest(request: GraphqlRequest): ReadRequest {
  if (request.method === "GET") return readParameters(request.parameters);
  const body = tryParseJson(request.body);
  if (body === undefined) return undecodable(request.body === "" ? "the body is empty" : "the body is not JSON");
  if (!isJsonObject(body)) return undecodable("the body is no object with a query");
  return operationOf(body, { isReadOnly: false });
}

function readParameters(parameters: Readonly<Record<string, string | undefined>>): ReadRequest {
  const { query, variables = "", operationName } = parameters;
  const parsed = variables === "" ? {} : tryParseJson(variables);
  if (parsed === undefined) return undecodable("the variables are not JSON");
  return operationOf({ query, variables: parsed, operationName }, { isReadOnly: true });
}

function operationOf(
  { query, variables, operationName }: Readonly<Record<string, unknown>>,
  { isReadOnly }: Pick<Operation, "isReadOnly">,
): ReadRequest {
  if (typeof query !== "string" || query === "") return undecodable("there is no query in it");
  const values = variables ?? {};
  if (!isJsonObject(values)) return undecodable("the variables are no object");
  const name = operationName ?? null;
  if (name !== null && typeof name !== "string") return undecodable("the operationName is no text");
  return {
    kind: "operation",
    operation: { query, variables: values, operationName: name === "" ? null : name, isReadOnly },
  };
}

function undecodable(reason: string): ReadRequest {
  return { kind: "undecodable", reason };
}
