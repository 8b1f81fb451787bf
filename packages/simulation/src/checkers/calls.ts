// What may be in flight at once, counted at the apps.
import type { Code } from "../code.ts";
import type { CallLimit } from "../functions.ts";
import type { Checker, SeenCall } from "../witness.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

/** Makes the checker of discovery calls: those of one run never overlap. */
export function discoveriesAreAlone(_: CheckSurroundings, report: Report): Checker {
  return {
    name: "discoveries are alone",
    called(call, inFlight) {
      if (call.target !== null) return;
      const other = inFlight.find(({ runId, target }) => target === null && runId === call.runId);
      if (other !== undefined)
        report(`two discovery calls of run ${call.runId} overlap: ${other.itemId} and ${call.itemId}`);
    },
  };
}

/**
 * Makes the checker of parallel groups: with request version 2 the function is not called before all members have
 * results, so a group ends with one call.
 */
export function groupsAreWhole({ view, records }: CheckSurroundings, report: Report): Checker {
  const openSql = `SELECT step_id FROM queue_items WHERE run_id = ? AND step_id IS NOT NULL
UNION SELECT step_id FROM pauses WHERE run_id = ? AND step_id IS NOT NULL`;
  return {
    name: "groups are whole",
    called(call) {
      if (call.target !== null || call.fn.mode.version < 2 || hasRace(call.fn.code)) return;
      // What could not be processed leaves a group without a member, and its run is asked anew.
      if (records.damagedRuns.has(call.runId)) return;
      // A call that had its step checkpointed may still be in flight.
      const open = view()
        .all<{ step_id: string }>(openSql, call.runId, call.runId)
        .find(({ step_id }) => !(step_id in call.seen.steps));
      if (open !== undefined) report(`run ${call.runId} is called while its step ${open.step_id} has no result`);
    },
  };
}

function hasRace(code: Code): boolean {
  switch (code.kind) {
    case "sequence":
      return code.parts.some(hasRace);
    case "all":
      return code.isRace || code.parts.some(hasRace);
    case "caught":
      return hasRace(code.part);
    case "run":
    case "send":
    case "sleep":
    case "wait":
    case "signal":
    case "invoke":
    case "fetch":
      return false;
  }
}

/** Makes the checker of planned steps: no step of a run is called twice at once. */
export function stepsAreAlone(_: CheckSurroundings, report: Report): Checker {
  return {
    name: "steps are alone",
    called(call, inFlight) {
      if (call.target === null) return;
      const other = inFlight.find(({ runId, target }) => target === call.target && runId === call.runId);
      if (other !== undefined) report(`step ${call.target} of run ${call.runId} is called twice at once`);
    },
  };
}

/** Makes the checker of calls per app. */
export function callsPerAppHold(options: { readonly callsPerAppMax: number }, report: Report): Checker {
  return {
    name: "calls per app hold",
    called(call, inFlight) {
      const count = inFlight.filter((other) => other.fn.app === call.fn.app).length + 1;
      if (count > options.callsPerAppMax) report(`${count} calls of app ${call.fn.app} are in flight`);
    },
  };
}

/**
 * Makes the checker of `concurrency`. The slots of a run are given back when it ends, even in the middle of a call: a
 * run that hangs is cancelled to let others go on.
 */
export function concurrencyHolds({ view }: CheckSurroundings, report: Report): Checker {
  const isUnfinished = ({ runId }: SeenCall) =>
    view().get("SELECT 1 FROM runs WHERE id = ? AND status IN ('queued', 'running')", runId) !== undefined;
  return {
    name: "concurrency holds",
    called(call, inFlight) {
      for (const limit of call.limits.concurrency) {
        const sharing = [
          limit.limit,
          ...inFlight.filter(isUnfinished).flatMap((other) => sharedLimit(limit, call, other)),
        ];
        // Whoever shares a limit may have put another number to it. Each was let in when there were fewer than its own.
        const isWithin = sharing.toSorted((a, b) => a - b).every((max, index) => index < max);
        if (!isWithin)
          report(
            `${sharing.length} calls of ${call.fn.slug} for ${call.user} are in flight, the limits are ${sharing.join(", ")}`,
          );
      }
    },
  };
}

/** The number that another call in flight puts to the same limit; none when it is not under it. */
function sharedLimit(limit: CallLimit, call: SeenCall, other: SeenCall): readonly number[] {
  if (limit.isKeyed && other.user !== call.user) return [];
  if (limit.scope === "fn" && other.fn.slug !== call.fn.slug) return [];
  return other.limits.concurrency.flatMap((one) =>
    one.scope === limit.scope && one.isKeyed === limit.isKeyed ? [one.limit] : [],
  );
}
