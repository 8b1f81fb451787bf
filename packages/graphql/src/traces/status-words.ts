// Words for how something stands or has ended, as far as both renderings of a trace have the same.
import type { Group, TraceFacts } from "./group.ts";
import type { opOf } from "./step-info.ts";
import type { SpanStatus } from "./trace-span.ts";

/** How a run ended. */
export function endWord(status: TraceFacts["run"]["status"]): SpanStatus {
  switch (status) {
    case "completed":
      return "COMPLETED";
    case "failed":
      return "FAILED";
    case "skipped":
      return "SKIPPED";
    case "cancelled":
    case "queued":
    case "running":
      return "CANCELLED";
  }
}

/** How a wait stands. `whileWaiting` is what it is called as long as it goes on, which the renderings differ in. */
export function waitWord(
  status: NonNullable<Group["wait"]>["status"],
  { op, whileWaiting }: { readonly op: ReturnType<typeof opOf>; readonly whileWaiting: SpanStatus },
): SpanStatus {
  switch (status) {
    case "waiting":
      return whileWaiting;
    case "timedOut":
      return op === "INVOKE" ? "FAILED" : "COMPLETED";
    case "completed":
      return "COMPLETED";
    case "failed":
      return "FAILED";
    case "cancelled":
      return "CANCELLED";
  }
}
