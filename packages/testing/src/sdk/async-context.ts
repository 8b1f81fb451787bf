// Gives the SDK the context in which it finds out which step its `fetch` and `send` are called from.
//
// It loads `node:async_hooks` by `import()`, which the sandboxes of jest refuse, and goes on without, with a warning: code that
// relies on the context would then work in production and not in the test. Where the SDK has what it needs, nothing is done.
import { AsyncLocalStorage } from "node:async_hooks";
import { isVersion4 } from "./attach-client.ts";

/** Where every copy of the SDK keeps it. */
const place = Symbol.for("inngest:als");

type Places = { [place]?: unknown };

/** Provides it for this client's major; they keep different things under the one name. */
export function provideAsyncContext(client: object): void {
  const places = globalThis as Places;
  const there = places[place];
  const isMissing =
    there === undefined ||
    (typeof there === "object" && there !== null && "isFallback" in there && there.isFallback === true);
  if (!isMissing) return;
  const context = new AsyncLocalStorage();
  const promise = Promise.resolve(context);
  places[place] = isVersion4(client) ? { promise, resolved: context, isFallback: false } : promise;
}
