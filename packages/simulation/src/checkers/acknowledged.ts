// Acknowledged means durable: what a sender was told is there at that moment, and after every crash.
import type { Checker } from "../witness.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

/** Makes the checker. */
export function acknowledgedIsDurable({ view, records }: CheckSurroundings, report: Report): Checker {
  const known = new Set<string>();
  /** Events and runs that were removed, some of them before their sender had the answer. */
  const swept = new Set<string>();
  const look = (id: string) => {
    if (!swept.has(id) && view().get("SELECT 1 FROM events WHERE internal_id = ?", id) === undefined)
      report(`event ${id} was acknowledged and is not there`);
  };
  const lookAtAll = () => {
    for (const id of known) look(id);
    for (const runId of records.reruns) {
      if (!swept.has(runId) && view().get("SELECT 1 FROM runs WHERE id = ?", runId) === undefined)
        report(`rerun ${runId} was acknowledged and is not there`);
    }
  };
  /** Whoever waited for an acknowledged signal got it, or ended before. */
  const lookAtSignal = (signal: string, n: number) => {
    const [runId = "", stepId = ""] = signal.split("/");
    const step = view().get<{ memo: string }>("SELECT memo FROM steps WHERE run_id = ? AND id = ?", runId, stepId);
    if (step === undefined || records.damagedRuns.has(runId)) return;
    const { data } = (JSON.parse(step.memo) ?? {}) as { readonly data?: { readonly data?: number } };
    if (data?.data !== n) report(`signal ${signal} was acknowledged with ${n}, and its step has ${step.memo}`);
  };
  return {
    name: "acknowledged is durable",
    acknowledged(ids) {
      for (const id of ids) {
        known.add(id);
        look(id);
      }
    },
    cancelled(runId) {
      const run = view().get<{ status: string }>("SELECT status FROM runs WHERE id = ?", runId);
      if (run?.status !== "cancelled") report(`run ${runId} was said to be cancelled and is ${run?.status}`);
    },
    swept({ runs, events }) {
      for (const { internalId } of events) swept.add(internalId);
      for (const { id } of runs) swept.add(id);
    },
    booted: lookAtAll,
    rested() {
      lookAtAll();
      for (const [signal, n] of records.signals) lookAtSignal(signal, n);
    },
  };
}
