// A pause's row and its translation.
import type { StoredPause } from "@stepwright/engine";
import { asPauseId, asRunId, asStepId, millis } from "@stepwright/protocol";
import { readObject } from "./read-json.ts";
import { timeOrNull } from "./time-or-null.ts";

/** A pause row as SQLite gives it. */
export interface PauseRow {
  readonly seq: number;
  readonly id: string;
  readonly kind: StoredPause["kind"];
  readonly run_id: string;
  readonly step_id: string | null;
  readonly event_name: string | null;
  readonly signal: string | null;
  readonly expression: string | null;
  readonly terms: string;
  readonly is_slow: number;
  readonly expires_at: number | null;
  readonly created_at: number;
}

/** Turns a row into a pause. */
export function pauseFromRow(row: PauseRow): StoredPause {
  return {
    seq: row.seq,
    id: asPauseId(row.id),
    kind: row.kind,
    runId: asRunId(row.run_id),
    stepId: row.step_id === null ? null : asStepId(row.step_id),
    eventName: row.event_name,
    signal: row.signal,
    expression: row.expression,
    terms: termsFromText(row.terms),
    isSlow: row.is_slow === 1,
    expiresAt: timeOrNull(row.expires_at),
    createdAt: millis(row.created_at),
  };
}

/** The terms are only how a pause is found: one whose terms cannot be read is still a pause. */
function termsFromText(text: string): StoredPause["terms"] {
  const terms = readObject(text);
  // Written by `pauseWrites` from the same type.
  return Array.isArray(terms) ? (terms as StoredPause["terms"]) : [];
}
