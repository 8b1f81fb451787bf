// Makes the handler of a client's functions, with the SDK that is installed.
import type { FetchHandler } from "../in-process-apps.ts";
import type { SdkFunction } from "../test-engine.ts";

/** What is to be served. */
export interface Served {
  readonly client: object;
  readonly functions: readonly SdkFunction[] | undefined;
  readonly serve: ((options: never) => FetchHandler) | undefined;
  readonly fetch: typeof fetch;
}

/** Makes the handler. Throws when the functions are not the client's, and when the SDK at hand is not the one that made the client. */
export async function serveFunctions({ client, functions, serve, fetch }: Served): Promise<FetchHandler> {
  const served = functions ?? functionsOf(client);
  if (served.length === 0)
    throw new Error("there are no functions to test; create them with the client first, or pass them as `functions`");
  for (const fn of served) refuseForeign(client, fn);
  const handler = (serve ?? (await serveOf(client))) as (options: object) => FetchHandler;
  return handler({ client, functions: served, fetch });
}

/** Both majors remember what `createFunction` has made. */
function functionsOf(client: object): readonly SdkFunction[] {
  const made: unknown = "funcs" in client ? client.funcs : null;
  return Array.isArray(made) ? (made as readonly SdkFunction[]) : [];
}

function refuseForeign(client: object, fn: SdkFunction): void {
  if (typeof (fn as { id?: unknown } | null)?.id !== "function")
    throw new TypeError("one of the functions is not one of the SDK; pass what `client.createFunction` returned");
  const maker = "client" in fn ? fn.client : client;
  if (maker !== client)
    throw new Error(
      `the function "${fn.id()}" was created by another client; pass that client, or add its app by \`apps: [serve({ client, functions })]\``,
    );
}

const otherCopy =
  'the client was made by another copy of the SDK than the `inngest` that tests find; pass its own serve: `import { serve } from "inngest/edge"`, then createTestEngine({ client, functions, serve })';

async function serveOf(client: object): Promise<unknown> {
  const [{ Inngest }, { serve }] = await Promise.all([import("inngest"), import("inngest/edge")]).catch(
    (cause: unknown) => {
      throw new Error("the SDK is not installed where the tests run; add it: npm install inngest", { cause });
    },
  );
  if (!(client instanceof Inngest)) throw new Error(otherCopy);
  return serve;
}
