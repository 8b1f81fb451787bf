// `cancelOn`: an event that fits a run which has not ended is never missed.
import type { Checker } from "../witness.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

interface Listener {
  readonly seq: number;
  readonly run_id: string;
  readonly event_name: string;
  readonly slug: string;
}

const endedSql = `SELECT id AS run_id FROM runs WHERE status IN ('completed', 'failed', 'cancelled', 'skipped')`;

/** Makes the checker. */
export function cancelsAreHeeded({ view, functionOf }: CheckSurroundings, report: Report): Checker {
  const listeners: Listener[] = [];
  const listening = new Set<string>();
  /** The commits in which events were stored, and in which runs had ended. */
  const storedIn = new Map<number, number>();
  const endedIn = new Map<string, number>();
  let lastPause = 0;
  let lastEvent = 0;

  const look = ({ seq, run_id, event_name, slug }: Listener): void => {
    const isMatching = functionOf(slug).options.cancelOn?.isMatching === true;
    const first = view()
      .all<{ seq: number }>(
        `SELECT seq FROM events WHERE name = ? AND seq > ? ${isMatching ? userSql : "AND ? <> ''"} ORDER BY seq`,
        event_name,
        seq,
        run_id,
      )
      .find((event) => (storedIn.get(event.seq) ?? 0) < (endedIn.get(run_id) ?? Infinity));
    if (first === undefined) return;
    const match = view().get(
      "SELECT 1 FROM event_matches WHERE event_seq = ? AND run_id = ? AND step_id = ''",
      first.seq,
      run_id,
    );
    if (match === undefined) report(`event ${first.seq} fits run ${run_id}, which is cancelled by it, and was missed`);
  };

  return {
    name: "cancels are heeded",
    committed({ number }) {
      const opened = view().all<Listener>(
        `SELECT seq, run_id, event_name, function_slug AS slug FROM pauses JOIN runs ON runs.id = run_id
WHERE kind = 'cancel' AND seq > ? ORDER BY seq`,
        lastPause,
      );
      for (const listener of opened) {
        lastPause = listener.seq;
        listeners.push(listener);
        listening.add(listener.run_id);
      }
      for (const { seq } of view().all<{ seq: number }>(
        "SELECT seq FROM events WHERE seq > ? ORDER BY seq",
        lastEvent,
      )) {
        lastEvent = seq;
        storedIn.set(seq, number);
      }
      if (listening.size === 0) return;
      for (const { run_id } of view().all<{ run_id: string }>(endedSql)) {
        if (!listening.delete(run_id)) continue;
        endedIn.set(run_id, number);
        for (const listener of listeners) if (listener.run_id === run_id) look(listener);
      }
    },
  };
}

const userSql = `AND json_extract(data, '$.user') IS (SELECT json_extract(data, '$.user') FROM run_events JOIN events ON seq = event_seq
WHERE run_id = ? AND position = 0)`;
