// The run that a start has made.
import type { Invocation } from "@stepwright/runtime";

/** Gives its id. Throws, with the reason, when there is none: flow control keeps or drops what it was started with. */
export function startedRunId(slug: string, became: Invocation): string {
  if ((became.kind === "started" || became.kind === "skipped" || became.kind === "repeated") && became.runId !== null)
    return became.runId;
  throw new Error(`${slug} has made no run: ${became.kind === "dropped" ? became.reason : became.kind}`);
}
