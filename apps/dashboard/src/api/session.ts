// Whether the server wants a login before it shows anything.
import { QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiFailure } from "./request.ts";
import { createStore } from "./store.ts";

/** True once an answer has said that a login is needed. */
export const isLoginNeeded = createStore(false);

/** Makes the cache of everything read. Pushes keep it true, so it is never read again without a reason. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof ApiFailure && error.status === 401) isLoginNeeded.set(true);
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        // The feed notices first that the server is back, and then everything is read again.
        refetchOnReconnect: false,
        retry: (failures, error) => failures < 1 && !(error instanceof ApiFailure && error.status >= 400),
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
}
