// Functions as tests name them.
import type { FunctionRef } from "../test-engine.ts";

/** The id of a function, as it is written. */
export function functionIdOf(fn: FunctionRef): string {
  return typeof fn === "string" ? fn : fn.id();
}

/** Says whether a slug such as `shop-welcome` is that of a function; one given by `welcome` alone is of the app `appId`. */
export function isFunction(slug: string, fn: FunctionRef, appId: string): boolean {
  if (typeof fn === "string") return slug === fn || slug === `${appId}-${fn}`;
  // Functions of the SDK know their own app, which may be another one.
  const { absoluteId } = fn as { readonly absoluteId?: unknown };
  return slug === (typeof absoluteId === "string" ? absoluteId : fn.id(appId));
}
