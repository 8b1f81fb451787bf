// Functions as tests name them: by themselves, by their id, or by their slug.
import type { Runtime } from "@stepwright/runtime";
import type { FunctionRef } from "./test-engine.ts";

/** Finds slugs of functions. */
export interface FunctionSlugs {
  /** Throws when there is no such function, or one in several apps, and says which there are. */
  of(fn: FunctionRef): string;
  /** The slugs of all given; null when none is given, which means all functions. */
  ofAll(fns: readonly FunctionRef[]): readonly string[] | null;
}

/** Makes the finder. */
export function createFunctionSlugs(runtime: () => Runtime): FunctionSlugs {
  const slugOf = (fn: FunctionRef): string => {
    const id = typeof fn === "string" ? fn : idOf(fn);
    const { apps, functions } = runtime().registry();
    const known = functions.filter(({ archivedAt }) => archivedAt === null);
    if (known.some(({ slug }) => slug === id)) return id;
    const wanted = new Set(apps.map(({ name }) => `${name}-${id}`));
    const found = known.filter(({ slug }) => wanted.has(slug)).map(({ slug }) => slug);
    const [only, ...others] = found;
    if (only !== undefined && others.length === 0) return only;
    const those = known
      .map(({ slug }) => slug)
      .toSorted()
      .join(", ");
    throw new Error(
      only === undefined
        ? `the engine knows no function "${id}"; it knows ${those === "" ? "none" : those}`
        : `several apps have a function "${id}"; say which: ${found.join(", ")}`,
    );
  };
  return {
    of: slugOf,
    ofAll: (fns) => (fns.length === 0 ? null : fns.map(slugOf)),
  };
}

function idOf(fn: FunctionRef): string {
  const id: unknown = typeof fn === "object" && fn !== null && typeof fn.id === "function" ? fn.id() : undefined;
  if (typeof id === "string") return id;
  throw new TypeError("this is no function of the SDK; pass what `client.createFunction` returned, or its id");
}
