// The public face of the package: the API, and what goes in and out of it.
export type { GraphqlAnswer } from "./answer.ts";
export { createGraphql, type GraphqlApi, type GraphqlOptions } from "./create-graphql.ts";
export type { GraphqlRequest } from "./read-request.ts";
