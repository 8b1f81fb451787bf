// Singleton: one run at a time, per value of the key (semantics.md §4.8).
import type { FunctionId, Singleton } from "@stepwright/protocol";
import { flowKey, type KeyInput, keyPart } from "./flow-key.ts";

/** The lock of one start. */
export interface SingletonLock {
  readonly id: string;
  readonly mode: Singleton["mode"];
}

/** Evaluates a function's singleton for an event. A key that is false or missing is none; one that errs neither. */
export function singletonLock(
  fn: { readonly id: FunctionId; readonly config: { readonly singleton: Singleton | null } },
  input: KeyInput,
): SingletonLock | null {
  const { singleton } = fn.config;
  if (singleton === null) return null;
  if (singleton.key === null) return { id: `singleton:${fn.id}:`, mode: singleton.mode };
  const key = flowKey(singleton.key, input);
  return key.kind === "key" ? { id: `singleton:${fn.id}:${keyPart(key.text)}`, mode: singleton.mode } : null;
}
