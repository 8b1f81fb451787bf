// Acknowledged means durable: what a sender was told is there at that moment, and after every crash.
import type { Checker } from "../witness.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

/** Makes the checker. */
export function acknowledgedIsDurable({ view, records }: CheckSurroundings, report: Report): Checker {
  const known = new Set<string>();
  const look = (id: string) => {
    if (view().get("SELECT 1 FROM events WHERE internal_id = ?", id) === undefined)
      report(`event ${id} was acknowledged and is not there`);
  };
  const lookAtAll = () => {
    for (const id of known) look(id);
    for (const runId of records.reruns) {
      if (view().get("SELECT 1 FROM runs WHERE id = ?", runId) === undefined)
        report(`rerun ${runId} was acknowledged and is not there`);
    }
  };
  return {
    name: "acknowledged is durable",
    acknowledged(ids) {
      for (const id of ids) {
        known.add(id);
        look(id);
      }
    },
    booted: lookAtAll,
    rested: lookAtAll,
  };
}
