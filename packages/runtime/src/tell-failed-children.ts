// Starts that the store could not apply: their event is stored and its sender acknowledged, so nobody else would hear of them.
import type { TransitionOutcome } from "@stepwright/storage";
import type { Logger } from "pino";

/** Logs every child that failed. It is a bug of ours: a refusal of the database as a whole fails the parent as well. */
export function tellFailedChildren(log: Logger, outcome: TransitionOutcome): void {
  if (outcome.kind !== "committed") return;
  for (const child of outcome.children) {
    if (child.kind === "failed") log.error({ err: child.error }, "a start could not be stored; its event is");
    else tellFailedChildren(log, child);
  }
}
