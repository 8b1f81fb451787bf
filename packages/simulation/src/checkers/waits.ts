// Waits: what came in time ends them, the first that fits; what did not fit, or came too early or late, does not.
import { stepsOf } from "@stepwright/test-parts";
import type { Checker } from "../witness.ts";
import { newRows } from "./new-rows.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

interface OpenWait {
  readonly seq: number;
  readonly run_id: string;
  readonly step_id: string;
  readonly event_name: string;
  readonly expires_at: number;
}

interface WaitStep {
  readonly row: number;
  readonly run_id: string;
  readonly id: string;
  readonly slug: string;
  readonly memo: string;
  readonly status: string;
}

interface Candidate {
  readonly seq: number;
  readonly internal_id: string;
  readonly received_at: number;
}

const stepsSql = `SELECT steps.row, run_id, steps.id, function_slug AS slug, memo, steps.status FROM steps JOIN runs ON runs.id = run_id
WHERE steps.row > ? AND op = 'WaitForEvent' ORDER BY steps.row`;

/** Makes the checker. */
export function waitsAreAnswered({ view, functionOf }: CheckSurroundings, report: Report): Checker {
  const waits = new Map<string, OpenWait>();
  /** When events were stored, by their seq. */
  const storedAt = new Map<number, number>();
  let lastPause = 0;
  let lastEvent = 0;
  const rows = newRows<WaitStep>(view, { table: "steps", sql: stepsSql });

  const look = (step: WaitStep): void => {
    const code = stepsOf(functionOf(step.slug).code).find(({ id }) => id === step.id);
    const wait = waits.get(`${step.run_id} ${step.id}`);
    if (code?.kind !== "wait" || wait === undefined) return;
    const user = view().get<{ user: string | null }>(
      "SELECT json_extract(data, '$.user') AS user FROM run_events JOIN events ON seq = event_seq WHERE run_id = ? AND position = 0",
      step.run_id,
    )?.user;
    const candidates = view()
      .all<Candidate>(
        `SELECT seq, internal_id, received_at FROM events WHERE name = ? AND seq > ?${code.isMatching ? " AND json_extract(data, '$.user') IS ?" : " AND ? IS NULL"} ORDER BY seq`,
        code.event,
        wait.seq,
        code.isMatching ? (user ?? null) : null,
      )
      .filter((event) => event.received_at < wait.expires_at);
    // What was received in time and stored too late may have been matched in between, or not.
    const first = candidates.find(({ seq }) => (storedAt.get(seq) ?? 0) < wait.expires_at);
    const where = `the wait ${step.id} of run ${step.run_id}`;
    if (step.status === "timedOut") {
      // An answer that could not be processed is set aside, and the wait goes on to its end.
      const isSetAside = view().get("SELECT 1 FROM set_aside_items WHERE id = ?", `${step.run_id}:${step.id}:resume`);
      if (first !== undefined && isSetAside === undefined)
        report(`${where} timed out, although event ${first.internal_id} came in time`);
      return;
    }
    const event = view().get<{ id: string; seq: number }>(
      "SELECT id, event_seq AS seq FROM event_matches JOIN events ON seq = event_seq WHERE run_id = ? AND step_id = ?",
      step.run_id,
      step.id,
    );
    if (event === undefined || !candidates.some(({ seq }) => seq === event.seq))
      report(`${where} was answered with ${step.memo}, and no event fits`);
    else if (first !== undefined && event.seq > first.seq)
      report(`${where} was answered by event ${event.seq}, although ${first.seq} came first`);
    else if ((JSON.parse(step.memo) as { id?: string } | null)?.id !== event.id)
      report(`${where} was answered with ${step.memo}, and its event is ${event.id}`);
  };

  return {
    name: "waits are answered",
    swept: rows.swept,
    committed({ batch }) {
      for (const wait of view().all<OpenWait>(
        "SELECT * FROM pauses WHERE kind = 'event' AND seq > ? ORDER BY seq",
        lastPause,
      )) {
        lastPause = wait.seq;
        waits.set(`${wait.run_id} ${wait.step_id}`, wait);
      }
      for (const { seq } of view().all<{ seq: number }>(
        "SELECT seq FROM events WHERE seq > ? ORDER BY seq",
        lastEvent,
      )) {
        lastEvent = seq;
        storedAt.set(seq, batch.now);
      }
      for (const step of rows.take()) look(step);
    },
  };
}
