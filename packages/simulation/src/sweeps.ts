// What a sweep removes, found by comparing the rows before it with those after it.
import type { Expired } from "@stepwright/engine";
import type { View } from "./view.ts";
import type { SeenSweep, SweptEvent, SweptRun } from "./witness.ts";

/** Rows that a sweep may remove, by their keys. */
interface Kept {
  readonly runs: ReadonlyMap<string, SweptRun>;
  readonly events: ReadonlyMap<number, SweptEvent>;
  readonly steps: ReadonlyMap<string, SeenSweep["steps"][number]>;
}

/** Looks at what there is; the function that it returns says what has gone since. */
export function watchSweep(view: View, expired: Expired): () => SeenSweep {
  const before = kept(view);
  return () => {
    const after = kept(view);
    return {
      expired,
      runs: gone(before.runs, after.runs),
      events: gone(before.events, after.events),
      steps: gone(before.steps, after.steps),
    };
  };
}

function gone<K, V>(before: ReadonlyMap<K, V>, after: ReadonlyMap<K, V>): readonly V[] {
  return [...before].flatMap(([key, value]) => (after.has(key) ? [] : [value]));
}

function kept(view: View): Kept {
  const startedBy = Map.groupBy(
    view.all<{ run_id: string; event_seq: number }>("SELECT run_id, event_seq FROM run_events"),
    (row) => row.run_id,
  );
  const runs = view.all<Omit<SweptRun, "eventSeqs">>(
    "SELECT id, function_slug AS slug, status, ended_at AS endedAt, error FROM runs",
  );
  const events = view.all<SweptEvent>(
    "SELECT seq, internal_id AS internalId, received_at AS receivedAt, lifecycle_of AS lifecycleOf FROM events",
  );
  const steps = view.all<SeenSweep["steps"][number]>("SELECT run_id AS runId, id FROM steps");
  const eventSeqsOf = (runId: string) => (startedBy.get(runId) ?? []).map((row) => row.event_seq);
  return {
    runs: new Map(runs.map((run) => [run.id, { ...run, eventSeqs: eventSeqsOf(run.id) }])),
    events: new Map(events.map((event) => [event.seq, event])),
    steps: new Map(steps.map((step) => [`${step.runId} ${step.id}`, step])),
  };
}
