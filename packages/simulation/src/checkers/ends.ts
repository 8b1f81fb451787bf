// Every run ends as its code, its app and the world have it: each end has a cause that is known from elsewhere.
import { certainEnd } from "../code.ts";
import type { Checker } from "../witness.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

interface EndedRun {
  readonly id: string;
  readonly slug: string;
  readonly status: string;
  readonly output: string | null;
  readonly error: string | null;
  readonly queued_at: number;
  readonly started_at: number | null;
  readonly ended_at: number;
}

/** Makes the checker. */
export function endsHaveCauses(surroundings: CheckSurroundings, report: Report): Checker {
  const { view, records, functionOf, coverage, areAppsReliable } = surroundings;

  const judge = (run: EndedRun): void => {
    switch (run.status) {
      case "completed": {
        const { text } = JSON.parse(run.output ?? "{}") as { readonly text?: string };
        if (text === undefined || records.finals.get(text) !== run.id)
          report(`run ${run.id} completed with ${run.output}, which its app has not said`);
        break;
      }
      case "failed": {
        const failures = records.failures.get(run.id) ?? [];
        const isCaused = failures.some((one) => one.isFinal || one.attempt + 1 >= one.attemptsMax);
        // An app that answers nothing again and again is not asked for ever.
        if (!isCaused && !run.error?.includes("NothingToDo"))
          report(`run ${run.id} of ${run.slug} failed, and its app did not: ${run.error}`);
        break;
      }
      case "cancelled":
        judgeCancelled(run);
        break;
      case "skipped":
        if (run.started_at !== null) report(`run ${run.id} was skipped and called`);
        break;
      default:
        // Others are the business of «unfinished runs go on».
        return;
    }
    if (areAppsReliable && (run.status === "completed" || run.status === "failed")) judgeCertain(run);
  };

  const judgeCertain = (run: EndedRun): void => {
    // An app that waits for the store may take longer than a call may.
    if (records.failures.get(run.id)?.some((failure) => failure.isUnanswered) === true) return;
    const fn = functionOf(run.slug);
    const expected = certainEnd(fn.code, fn.retries + 1);
    if (expected !== null && expected !== run.status)
      report(`run ${run.id} of ${run.slug} ${run.status} (${run.error}); its code ends ${expected}`);
  };

  const judgeCancelled = (run: EndedRun): void => {
    const { reason } = JSON.parse(run.error ?? "{}") as {
      readonly reason?: {
        readonly kind: string;
        readonly which?: string;
        readonly eventId?: string;
        readonly runId?: string;
      };
    };
    const { options } = functionOf(run.slug);
    coverage.count(`feature cancelled by ${reason?.kind} ${reason?.which ?? ""}`.trim());
    const fail = (why: string) => report(`run ${run.id} of ${run.slug} was cancelled by ${run.error}: ${why}`);
    switch (reason?.kind) {
      case "request":
        if (!records.cancelRequests.has(run.id)) fail("nobody asked for it");
        return;
      case "backlogDropped":
        if (!records.droppedBacklogs.has(run.slug)) fail("nobody asked for it");
        else if (run.started_at !== null) fail("it had started");
        return;
      case "bulk":
        if (run.queued_at >= (records.cancelledAll.get(run.slug) ?? 0)) fail("nobody asked for it");
        return;
      case "singleton":
        if (options.singleton?.mode !== "cancel") fail("the function is no such singleton");
        return;
      case "timeout": {
        const seconds = reason.which === "start" ? options.timeouts?.startSeconds : options.timeouts?.finishSeconds;
        const from = reason.which === "start" ? run.queued_at : run.started_at;
        if (seconds == null || from === null) fail("there is no such limit");
        else if (!records.hasClockGoneBack && run.ended_at - from < seconds * 1_000)
          fail(`after ${run.ended_at - from} ms`);
        return;
      }
      case "event": {
        const event = view().get<{ name: string; user: string }>(
          "SELECT name, json_extract(data, '$.user') AS user FROM events WHERE internal_id = ?",
          reason.eventId ?? "",
        );
        const user = userOfRun(run.id);
        if (options.cancelOn === undefined || event?.name !== options.cancelOn.event)
          fail("it is not cancelled by that");
        else if (options.cancelOn.isMatching && event.user !== user)
          fail(`the event is for ${event.user}, the run for ${user}`);
        return;
      }
      default:
        fail("nothing is known of that");
    }
  };

  const userOfRun = (runId: string) =>
    view().get<{ user: string | null }>(
      "SELECT json_extract(data, '$.user') AS user FROM run_events JOIN events ON seq = event_seq WHERE run_id = ? AND position = 0",
      runId,
    )?.user;

  return {
    name: "ends have causes",
    rested() {
      const runs = view().all<EndedRun>(
        "SELECT id, function_slug AS slug, status, output, error, queued_at, started_at, ended_at FROM runs",
      );
      for (const run of runs) judge(run);
    },
  };
}
