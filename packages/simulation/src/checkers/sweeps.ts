// Sweeps remove what has been over for long enough, and nothing that anybody still needs.
import type { Checker, SeenSweep, SweptEvent, SweptRun } from "../witness.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

// What still names a run that is gone.
const workSql = `SELECT id FROM queue_items WHERE run_id = ? UNION ALL SELECT id FROM pauses WHERE run_id = ?
UNION ALL SELECT id FROM runs WHERE invoked_by_run_id = ? AND status IN ('queued', 'running')`;
const startedSql = "SELECT run_id AS id FROM run_events WHERE event_seq = ?";

/** Makes the checker. */
export function sweepsTakeWhatIsOver({ view, coverage }: CheckSurroundings, report: Report): Checker {
  const lookAtRun = (run: SweptRun, { expired }: SeenSweep): void => {
    const fail = (why: string) => report(`run ${run.id} was removed, and ${why}`);
    if (expired.kind !== "runs" || run.status !== expired.status)
      fail(`it is ${run.status}: ${JSON.stringify(expired)}`);
    else if (run.endedAt === null || run.endedAt > expired.before)
      fail(`it ended at ${run.endedAt}, not by ${expired.before}`);
    const user = view().get<{ id: string }>(workSql, run.id, run.id, run.id);
    if (user !== undefined) fail(`${user.id} needs it`);
  };
  const lookAtEvent = (event: SweptEvent, { expired, runs }: SeenSweep): void => {
    const fail = (why: string) => report(`event ${event.internalId} was removed, and ${why}`);
    // What is told of the end of a run goes with the run.
    const isOfRun = runs.some(({ id }) => id === event.lifecycleOf);
    if (!isOfRun && expired.kind !== "events") fail(`only ${expired.kind} were to go`);
    else if (!isOfRun && event.receivedAt > expired.before)
      fail(`it came at ${event.receivedAt}, not by ${expired.before}`);
    const started = view().get<{ id: string }>(startedSql, event.seq);
    if (started !== undefined) fail(`it has started run ${started.id}`);
  };
  return {
    name: "sweeps take what is over",
    swept(sweep) {
      for (const run of sweep.runs) lookAtRun(run, sweep);
      for (const event of sweep.events) lookAtEvent(event, sweep);
      coverage.count("feature swept run", sweep.runs.length);
      coverage.count("feature swept event", sweep.events.length);
    },
  };
}
