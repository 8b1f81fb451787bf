// Apps that connect by themselves instead of being called. There are none: apps are served over HTTP.
import { failure } from "../failure.ts";
import type { Resolve, TypeResolvers } from "../resolver.ts";

const workerConnections: Resolve<unknown, unknown> = () => ({
  edges: [],
  pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  totalCount: 0,
});

const workerConnection: Resolve<unknown, { readonly connectionId: string }> = (_, { connectionId }) => {
  throw failure(`error retrieving worker connection: worker connection not found: ${connectionId}`);
};

/** The resolvers of connections. */
export const connectionResolvers: Readonly<Record<string, TypeResolvers>> = {
  Query: { workerConnections, workerConnection },
};
