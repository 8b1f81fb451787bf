// Which work a damaged run may take with it.
import type { CheckSurroundings } from "./surroundings.ts";

/** Says whether damage of a run explains that this work, by the id of its run or queue item, could not be processed. */
export function isExplainedByDamage({ view, records }: CheckSurroundings, id: string): boolean {
  const [owner = "", ofWhat = ""] = id.split(":");
  if (owner !== "match") return records.damagedRuns.has(owner);
  // What is told of the end of a run is read from its row.
  const event = view().get<{ run: string | null }>(
    "SELECT lifecycle_of AS run FROM events WHERE internal_id = ?",
    ofWhat,
  );
  return records.damagedRuns.has(event?.run ?? "");
}
