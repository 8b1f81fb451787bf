// Checkpoints: what was taken is stored, and nothing is taken of a call that is over.
import type { Checker } from "../witness.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

/** Makes the checker. */
export function lateCheckpointsAreRefused({ view }: CheckSurroundings, report: Report): Checker {
  return {
    name: "late checkpoints are refused",
    checkpointed(call, ops, wasOver) {
      const said = `the checkpoint of ${ops.map(({ id }) => id).join(", ")} of run ${call.runId}`;
      if (wasOver) report(`${said} was taken although its call (dispatch ${call.generation}) was over`);
      for (const { id } of ops) {
        if (view().get("SELECT 1 FROM steps WHERE run_id = ? AND id = ?", call.runId, id) === undefined)
          report(`${said} was taken, and step ${id} is not stored`);
      }
    },
  };
}
