// What helps a call that is due and does not go out.
import type { ApiWaitsFor } from "@stepwright/protocol";
import { timeText } from "../remote/table.ts";

/** Says it; null where the function or its app is paused, which is a finding of its own. */
export function limitFix({ until, holders, obstacle }: ApiWaitsFor): string | null {
  const raise = "raise that limit in the function's configuration";
  const [holder] = holders;
  if (until !== null) return `Wait until ${timeText(until)}, or ${raise}`;
  if (holder !== undefined) return `Wait for ${holder} (stepwright doctor ${holder}), or ${raise}`;
  // What is in the way without a gate is told by the server in words alone.
  if (obstacle.includes("is paused")) return null;
  if (obstacle.includes("cannot be reached")) return "Start the app: what waits goes out as soon as it is back";
  if (obstacle.includes("calls in flight")) return "Wait, or start the server with a greater --calls-per-app";
  return `Wait, or ${raise}`;
}
