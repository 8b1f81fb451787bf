// Sweeps remove what has been over for long enough, and nothing that anybody still needs.
import type { Checker, SeenSweep, SweptEvent, SweptRun } from "../witness.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

// What still names a run that is gone.
const workSql = `SELECT id FROM queue_items WHERE run_id = ? UNION ALL SELECT id FROM pauses WHERE run_id = ?
UNION ALL SELECT id FROM runs WHERE invoked_by_run_id = ? AND status IN ('queued', 'running')`;
const startedSql = "SELECT run_id AS id FROM run_events WHERE event_seq = ?";

// The newest event stays: its number must not be given to another one.
const leftEventsSql =
  "SELECT internal_id AS id FROM events WHERE received_at < ? AND seq < (SELECT max(seq) FROM events)";

/** What has been over for so long has met several sweeps of a runtime that makes one an hour. */
const leftMs = 6 * 3_600_000;

/** Makes the checker. */
export function sweepsTakeWhatIsOver(
  { view, coverage, clock, retention, records }: CheckSurroundings,
  report: Report,
): Checker {
  /** Says whether something has not been kept for as long as it is to be, whoever reckoned that. */
  const isEarly = (at: number, keptMs: number | null | undefined): boolean =>
    keptMs === null ||
    keptMs === undefined ||
    (clock.now() - at < keptMs && !clock.hasShownTwice(at) && !clock.hasShownTwice(clock.now()));

  const lookAtRun = (run: SweptRun, { expired }: SeenSweep): void => {
    const fail = (why: string) => report(`run ${run.id} was removed, and ${why}`);
    if (expired.kind !== "runs" || run.status !== expired.status)
      fail(`it is ${run.status}: ${JSON.stringify(expired)}`);
    else if (run.endedAt === null || run.endedAt > expired.before)
      fail(`it ended at ${run.endedAt}, not by ${expired.before}`);
    else if (isEarly(run.endedAt, retention?.runs[expired.status]))
      fail(`it ended at ${run.endedAt}, and it is ${clock.now()}: ${JSON.stringify(retention)}`);
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
    else if (!isOfRun && isEarly(event.receivedAt, retention?.events))
      fail(`it came at ${event.receivedAt}, and it is ${clock.now()}: ${JSON.stringify(retention)}`);
    const started = view().get<{ id: string }>(startedSql, event.seq);
    if (started !== undefined) fail(`it has started run ${started.id}`);
  };
  /** What came from runs that are gone themselves goes with the sweeps after those, as long as nothing is kept for good. */
  const lookAtLeft = (): void => {
    const keeps = retention === null ? [null] : [...Object.values(retention.runs), retention.events];
    if (keeps.includes(null) || records.damagedRuns.size > 0) return;
    const before = clock.now() - leftMs;
    const left = [
      ...view().all<{ id: string }>("SELECT id FROM runs WHERE ended_at < ?", before),
      ...view().all<{ id: string }>(leftEventsSql, before),
    ];
    if (left.length > 0) report(`${left.map(({ id }) => id).join(", ")} have been over for long, and are still there`);
    coverage.count("feature swept out");
  };
  return {
    name: "sweeps take what is over",
    sweptOut: lookAtLeft,
    swept(sweep) {
      for (const run of sweep.runs) lookAtRun(run, sweep);
      for (const event of sweep.events) lookAtEvent(event, sweep);
      coverage.count("feature swept run", sweep.runs.length);
      coverage.count("feature swept event", sweep.events.length);
    },
  };
}
