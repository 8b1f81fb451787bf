// All pages and their addresses. Search parameters are typed here and readable in the address.
import type { QueryClient } from "@tanstack/react-query";
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import type { EventSearch } from "./api/lists.ts";
import { whenReachable } from "./api/load-page.ts";
import { runQuery } from "./api/queries.ts";
import { Shell } from "./components/shell.tsx";
import { parseRunPageSearch } from "./present/run-page-search.ts";
import { parseRunSearch } from "./present/run-search.ts";
import { parseSearch, stringifySearch, textOf } from "./present/search-params.ts";
import { BrokenPage, NotFoundPage, PendingPage } from "./routes/not-found.tsx";

type Raw = Readonly<Record<string, unknown>>;

/** What `/functions` is narrowed to. */
export interface FunctionSearch {
  readonly q?: string | undefined;
  readonly app?: string | undefined;
}

/** Makes the router over the cache that pages read from. */
export function createAppRouter(client: QueryClient) {
  const root = createRootRoute({ component: Shell, notFoundComponent: NotFoundPage });
  const pages = [
    createRoute({
      getParentRoute: () => root,
      path: "/",
      beforeLoad: () => {
        // oxlint-disable-next-line typescript/only-throw-error -- the router is told so
        throw redirect({ to: "/runs", replace: true });
      },
    }),
    createRoute({
      getParentRoute: () => root,
      path: "/runs",
      validateSearch: parseRunSearch,
      component: lazyRouteComponent(() => whenReachable(() => import("./routes/runs.tsx")), "RunsPage"),
    }),
    createRoute({
      getParentRoute: () => root,
      path: "/runs/$runId",
      validateSearch: parseRunPageSearch,
      // Read beside the page's code, not after it.
      loader: ({ params, preload }) => {
        if (!preload) void client.prefetchQuery(runQuery(params.runId));
      },
      component: lazyRouteComponent(() => whenReachable(() => import("./routes/run-pages.ts")), "RunPage"),
    }),
    createRoute({
      getParentRoute: () => root,
      path: "/open",
      validateSearch: parseRunPageSearch,
      component: lazyRouteComponent(() => whenReachable(() => import("./routes/run-pages.ts")), "OpenPage"),
    }),
    createRoute({
      getParentRoute: () => root,
      path: "/events",
      validateSearch: (raw: Raw): EventSearch => {
        const name = textOf(raw, "name");
        const cursor = textOf(raw, "cursor");
        const q = textOf(raw, "q");
        return {
          ...(name === undefined ? {} : { name }),
          ...(q === undefined ? {} : { q }),
          ...(cursor === undefined ? {} : { cursor }),
          ...(textOf(raw, "internal") === "true" ? { internal: true } : {}),
        };
      },
      component: lazyRouteComponent(() => whenReachable(() => import("./routes/events.tsx")), "EventsPage"),
    }),
    createRoute({
      getParentRoute: () => root,
      path: "/events/$eventId",
      component: lazyRouteComponent(() => whenReachable(() => import("./routes/event.tsx")), "EventPage"),
    }),
    createRoute({
      getParentRoute: () => root,
      path: "/functions",
      validateSearch: (raw: Raw): FunctionSearch => ({ q: textOf(raw, "q"), app: textOf(raw, "app") }),
      component: lazyRouteComponent(() => whenReachable(() => import("./routes/functions.tsx")), "FunctionsPage"),
    }),
    createRoute({
      getParentRoute: () => root,
      path: "/functions/$slug",
      component: lazyRouteComponent(() => whenReachable(() => import("./routes/function.tsx")), "FunctionPage"),
    }),
    createRoute({
      getParentRoute: () => root,
      path: "/apps",
      component: lazyRouteComponent(() => whenReachable(() => import("./routes/apps.tsx")), "AppsPage"),
    }),
    createRoute({
      getParentRoute: () => root,
      path: "/apps/$appId",
      component: lazyRouteComponent(() => whenReachable(() => import("./routes/app.tsx")), "AppPage"),
    }),
  ] as const;

  return createRouter({
    routeTree: root.addChildren(pages),
    parseSearch,
    stringifySearch,
    // A page's code is loaded when its link is pointed at; its data is not.
    defaultPreload: "intent",
    scrollRestoration: true,
    defaultErrorComponent: BrokenPage,
    defaultPendingComponent: PendingPage,
    // Most code is there before a person would see that it is not.
    defaultPendingMs: 500,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
