// Which features of the engine a finished world has made use of.
import type { Coverage } from "./coverage.ts";
import type { SimulatedFunction } from "./functions.ts";
import type { View } from "./view.ts";

/** Every feature that the worlds are made of: what never occurs is not tested. */
export const featureNames: readonly string[] = [
  "StepRun completed",
  "StepFailed failed",
  "Sleep completed",
  "WaitForEvent completed",
  "WaitForEvent timedOut",
  "WaitForSignal completed",
  "WaitForSignal timedOut",
  "Gateway completed",
  "Gateway failed",
  "AIGateway completed",
  "AIGateway failed",
  "InvokeFunction completed",
  "InvokeFunction failed",
  "InvokeFunction timedOut",
  "step.sendEvent",
  "checkpoint",
  "burst",
  "burst of several commits",
  "repeated request",
  "signal",
  "rerun",
  "rerun from a step",
  "rerun from a step with other arguments",
  "other question of a rerun",
  "pause of an app",
  "metadata",
  "metadata taken away",
  "metadata of a step",
  "cancellation with a condition",
  "cancellation taken back",
  "cancellation in several pieces",
  "swept out",
  "pause",
  "invocation from outside",
  "run completed",
  "run failed",
  "run cancelled",
  "run skipped",
  "drop rateLimited",
  "drop idempotent",
  "drop debounced",
  "drop outOfOrder",
  "drop duplicate",
  "drop functionRemoved",
  "removed function",
  "moved run",
  "changed limits",
  "cancelled by backlogDropped",
  "cancelled by bulk",
  "cancelled by request",
  "cancelled by event",
  "cancelled by singleton",
  "cancelled by timeout start",
  "cancelled by timeout finish",
  "retry",
  "cron",
  "parallel group",
  "app waited for",
  "retried item",
  "swept run",
  "swept event",
  "batch of many",
  "run for a failed one",
  "run for a finished one",
  "concurrency",
  "concurrency of runs",
  "throttle",
  "priority",
];

/** Counts what the steps and runs of a finished world tell. */
export function countFeatures(view: View, functions: readonly SimulatedFunction[], coverage: Coverage): void {
  const count = (name: string, by: number) => {
    if (by > 0) coverage.count(`feature ${name}`, by);
  };
  for (const { op, status, count: by } of view.all<{ op: string; status: string; count: number }>(
    "SELECT op, status, count(*) AS count FROM steps GROUP BY op, status",
  )) {
    count(`${op} ${status}`, by);
  }
  const one = (sql: string) => view.get<{ count: number }>(sql)?.count ?? 0;
  count("retry", one("SELECT count(*) AS count FROM spans WHERE attempt > 0"));
  count(
    "parallel group",
    one(
      "SELECT count(*) AS count FROM (SELECT 1 FROM spans WHERE kind <> 'function' GROUP BY run_id, queued_at HAVING count(*) > 1)",
    ),
  );
  count(
    "batch of many",
    one(
      "SELECT count(*) AS count FROM (SELECT 1 FROM run_events JOIN runs ON id = run_id WHERE batch_id IS NOT NULL GROUP BY run_id HAVING count(*) > 1)",
    ),
  );
  count("cron", one("SELECT count(*) AS count FROM runs WHERE cron IS NOT NULL"));
  count(
    "run for a failed one",
    one("SELECT count(*) AS count FROM runs WHERE trigger_name = 'inngest/function.failed'"),
  );
  count(
    "run for a finished one",
    one("SELECT count(*) AS count FROM runs WHERE trigger_name = 'inngest/function.finished'"),
  );
  for (const { slug, options } of functions) {
    const runs = view.get<{ count: number }>(
      "SELECT count(*) AS count FROM runs WHERE function_slug = ? AND started_at IS NOT NULL",
      slug,
    )?.count;
    // One run alone meets no limit.
    if (runs === undefined || runs < 2) continue;
    count("concurrency", options.concurrency.length);
    count("concurrency of runs", options.runConcurrency === undefined ? 0 : 1);
    count("throttle", options.throttle === undefined ? 0 : 1);
    count("priority", options.hasPriority === true ? 1 : 0);
  }
}
