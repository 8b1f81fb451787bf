// Priority: how many seconds older than it is a run counts, within its function's queue (semantics.md §4.5).
import { compile, evaluate } from "@stepwright/expressions";
import { type Priority, priorityMaxSeconds } from "@stepwright/protocol";
import type { KeyInput } from "./flow-key.ts";

/** The head start of a run in milliseconds, negative for one that shall wait longer. Whatever is no whole number counts as 0. */
export function headStartMs(priority: Priority | null, input: KeyInput): number {
  if (priority === null) return 0;
  const compiled = compile(priority.run);
  if (compiled.kind === "invalid") return 0;
  const result = evaluate(compiled.expression, { event: input.event }, { now: input.now });
  if (result.kind === "error") return 0;
  const seconds = wholeNumber(result.value);
  return Math.max(-priorityMaxSeconds, Math.min(priorityMaxSeconds, seconds)) * 1_000;
}

/** Numbers of an event are doubles: whole ones count, unlike in the reference, where `event.data.priority` does nothing (§4.5, FIX). */
function wholeNumber(value: unknown): number {
  if (typeof value === "bigint") return Number(value);
  return typeof value === "number" && Number.isInteger(value) ? value : 0;
}
