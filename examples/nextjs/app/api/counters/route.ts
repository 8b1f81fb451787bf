// The home page's figures, for scripts.
import { readCounters } from "../../../lib/counters.ts";

/** Answers with how much of everything there is. */
export function GET(): Response {
  return Response.json(readCounters());
}
