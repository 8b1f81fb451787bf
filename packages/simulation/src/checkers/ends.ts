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
  const { view, clock, records, functionOf, originOf, coverage, areAppsReliable } = surroundings;

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
        const isCaused = failures.some((one) => !one.isFree && (one.isFinal || one.attempt + 1 >= one.attemptsMax));
        // An app that answers nothing again and again is not asked for ever.
        const isIdle = run.error?.includes("NothingToDo") === true && failures.some((one) => one.isEmpty);
        if (!isCaused && !isIdle) report(`run ${run.id} of ${run.slug} failed, and its app did not: ${run.error}`);
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
    // A run that was moved keeps the cancel listeners and the start timeout of the function that it was made for.
    const options = [run.slug, originOf(run.id)].map((slug) => functionOf(slug).options);
    coverage.count(`feature cancelled by ${reason?.kind} ${reason?.which ?? ""}`.trim());
    const fail = (why: string) => report(`run ${run.id} of ${run.slug} was cancelled by ${run.error}: ${why}`);
    switch (reason?.kind) {
      case "request":
        if (!records.cancelRequests.has(run.id)) fail("nobody asked for it");
        return;
      case "backlogDropped":
        if (!isAskedToDrop(run)) fail("nobody asked for it");
        else if (run.started_at !== null) fail("it had started");
        return;
      case "bulk":
        // Which runs they are for is looked at one by one while they are worked through.
        if (!records.bulkCancels.some(({ slug }) => slug === run.slug)) fail("nobody asked for it");
        return;
      case "singleton":
        if (!options.some(({ singleton }) => singleton?.mode === "cancel")) fail("the function is no such singleton");
        return;
      case "timeout": {
        const limits = options.flatMap(
          ({ timeouts }) => (reason.which === "start" ? timeouts?.startSeconds : timeouts?.finishSeconds) ?? [],
        );
        const from = reason.which === "start" ? run.queued_at : run.started_at;
        if (limits.length === 0 || from === null) fail("there is no such limit");
        else if ([from, run.ended_at].some(clock.hasShownTwice)) return;
        else if (run.ended_at - from < Math.min(...limits) * 1_000) fail(`after ${run.ended_at - from} ms`);
        return;
      }
      case "event": {
        const event = view().get<{ name: string; user: string }>(
          "SELECT name, json_extract(data, '$.user') AS user FROM events WHERE internal_id = ?",
          reason.eventId ?? "",
        );
        if (sweptEvents.has(reason.eventId ?? "")) return;
        const user = userOfRun(run.id);
        const { cancelOn } = functionOf(originOf(run.id)).options;
        if (cancelOn === undefined || event?.name !== cancelOn.event) fail("it is not cancelled by that");
        else if (cancelOn.isMatching && event.user !== user)
          fail(`the event is for ${event.user}, the run for ${user}`);
        return;
      }
      default:
        fail("nothing is known of that");
    }
  };

  /** Says whether a backlog was dropped in which the run was. */
  const isAskedToDrop = ({ id, slug, queued_at }: EndedRun): boolean =>
    [slug, originOf(id)].some((one) => {
      const at = records.droppedBacklogs.get(one);
      return at !== undefined && (queued_at <= at || clock.hasShownTwice(queued_at));
    });

  const userOfRun = (runId: string) =>
    view().get<{ user: string | null }>(
      "SELECT json_extract(data, '$.user') AS user FROM run_events JOIN events ON seq = event_seq WHERE run_id = ? AND position = 0",
      runId,
    )?.user;

  const sweptEvents = new Set<string>();

  return {
    name: "ends have causes",
    swept({ events }) {
      for (const { internalId } of events) sweptEvents.add(internalId);
    },
    rested() {
      const runs = view().all<EndedRun>(
        "SELECT id, function_slug AS slug, status, output, error, queued_at, started_at, ended_at FROM runs",
      );
      for (const run of runs) judge(run);
    },
  };
}
