// A `fetch` for SDKs in this process: what is meant for the engine goes straight to its routes, the rest to the network.
import type { HttpServer } from "@stepwright/http";

/** Gives the routes for a path, of the engine that is running at the moment. */
export type Routes = (path: string) => Promise<HttpServer>;

/** Makes the function. `isMine` says whether a URL is the engine's; `outside` is who else answers. */
export function createInProcessFetch(options: {
  readonly routes: Routes;
  readonly isMine: (origin: string) => boolean;
  readonly outside: typeof fetch;
}): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (!options.isMine(url.origin)) return options.outside(input, init);
    const routes = await options.routes(url.pathname);
    const response = await routes.inject({
      // Any method may be asked for; the type lists those that the library knows.
      method: request.method as "GET",
      url: url.pathname + url.search,
      headers: Object.fromEntries(request.headers),
      payload: Buffer.from(await request.arrayBuffer()),
    });
    // These may not have a body, not even an empty one.
    const body = [204, 205, 304].includes(response.statusCode) ? null : new Uint8Array(response.rawPayload);
    return new Response(body, { status: response.statusCode, headers: headersOf(response.headers) });
  };
}

function headersOf(headers: Readonly<Record<string, number | string | readonly string[] | undefined>>): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers))
    for (const one of [value ?? []].flat()) result.append(name, String(one));
  return result;
}
