// Ids of outputs: what a client gives back to read the output of a span.
import { asRunId, isUlid, type JsonObject, type RunId } from "@stepwright/protocol";
import { readCursor, writeCursor } from "./lists/cursor.ts";

/** Where an output is. */
export interface OutputPlace {
  readonly runId: RunId;
  /** `run`, a stored span's id, or `step:` and a step's id. */
  readonly key: string;
  readonly isPreview: boolean;
}

/** Writes an id. */
export function outputIdOf({ runId, key, isPreview }: OutputPlace): string {
  return writeCursor({ rid: runId, sid: key, ...(isPreview ? { preview: true } : {}) } satisfies JsonObject);
}

/** Reads an id; null for one that is none. */
export function readOutputId(text: string): OutputPlace | null {
  const { rid, sid, preview } = readCursor(text) ?? {};
  if (typeof rid !== "string" || !isUlid(rid) || typeof sid !== "string") return null;
  return { runId: asRunId(rid), key: sid, isPreview: preview === true };
}
