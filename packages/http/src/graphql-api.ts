// The seat of the GraphQL API, which is a package of its own: it is loaded with the first request, so that servers that nobody asks
// for it pay nothing.

/** A request as HTTP brings it. */
export type GraphqlRequest =
  | { readonly method: "POST"; readonly body: string }
  | { readonly method: "GET"; readonly parameters: Readonly<Record<string, string | undefined>> };

/** Answers GraphQL requests. */
export interface GraphqlApi {
  answer(request: GraphqlRequest): Promise<{ readonly status: number; readonly body: string }>;
}

/** Loads the API. */
export type LoadGraphql = () => Promise<GraphqlApi>;
