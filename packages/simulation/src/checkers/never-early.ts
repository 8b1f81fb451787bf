// Timers never fire early: sleeps, time limits of waits, retries, and starts that were asked for later.
import { stepsOf } from "@stepwright/test-parts";
import type { Checker, SeenCall } from "../witness.ts";
import { newRows } from "./new-rows.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

interface TimedStep {
  readonly row: number;
  readonly run_id: string;
  readonly id: string;
  readonly op: string;
  readonly status: string;
  readonly finished_at: number;
  readonly slug: string;
  /** When the wait began. */
  readonly since: number | null;
}

const stepsSql = `SELECT steps.row, steps.run_id, steps.id, steps.op, steps.status, finished_at, function_slug AS slug, spans.started_at AS since
FROM steps JOIN runs ON runs.id = steps.run_id LEFT JOIN spans ON spans.run_id = steps.run_id AND spans.id = steps.id
WHERE steps.row > ? ORDER BY steps.row`;

/** Makes the checker. */
export function timersAreNeverEarly({ view, functionOf, clock, records }: CheckSurroundings, report: Report): Checker {
  const rows = newRows<TimedStep>(view, { table: "steps", sql: stepsSql });
  /** The first retry waits at least a second, each further one twice as long. */
  const lookAtRetry = (call: SeenCall): void => {
    const { attempt } = call.seen.ctx;
    if (attempt === 0) return;
    // An attempt that failed and whose process died before that was stored is made again, as the same one.
    const failed = records.failures
      .get(call.runId)
      ?.findLast((one) => one.itemId === call.itemId && one.attempt !== attempt);
    if (failed === undefined) {
      report(`${call.itemId} is at attempt ${attempt}, and has not failed`);
      return;
    }
    const waited = clock.now() - failed.at;
    // A clock that goes back between the timer and the decision makes times that nobody can compare.
    if (clock.hasShownTwice(failed.at) || clock.hasShownTwice(clock.now())) return;
    if (waited < 1_000 * 2 ** (attempt - 1))
      report(`${call.itemId} is at attempt ${attempt} ${waited} ms after it failed`);
  };
  return {
    name: "timers are never early",
    swept: rows.swept,
    committed() {
      for (const step of rows.take()) {
        const code = stepsOf(functionOf(step.slug).code).find(({ id }) => id === step.id);
        if (code === undefined || !("seconds" in code) || step.since === null) continue;
        if (clock.hasShownTwice(step.since) || clock.hasShownTwice(step.finished_at)) continue;
        const isByTime = code.kind === "sleep" || step.status === "timedOut";
        const lasted = step.finished_at - step.since;
        if (isByTime && lasted < code.seconds * 1_000)
          report(`the ${code.kind} ${step.id} of run ${step.run_id} lasted ${lasted} ms, not ${code.seconds} s`);
      }
    },
    called(call) {
      lookAtRetry(call);
      const event = view().get<{ ts: number }>(
        "SELECT ts FROM run_events JOIN events ON seq = event_seq WHERE run_id = ? AND position = 0",
        call.runId,
      );
      const run = view().get<{ original_run_id: string | null; batch_id: string | null }>(
        "SELECT original_run_id, batch_id FROM runs WHERE id = ?",
        call.runId,
      );
      if (event === undefined || run === undefined || run.original_run_id !== null || run.batch_id !== null) return;
      // A clock that went back makes an event of the past one of the future, for whoever was called before.
      if (!clock.hasShownTwice(clock.now()) && event.ts > clock.now())
        report(`run ${call.runId} is called ${event.ts - clock.now()} ms before the time of its event`);
    },
  };
}
