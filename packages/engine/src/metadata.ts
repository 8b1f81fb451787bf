// Metadata: what user code attaches to a run or one of its steps, for people to see. The engine never looks at it.
import {
  canonicalJson,
  isJsonObject,
  type JsonObject,
  type JsonText,
  type JsonValue,
  type Millis,
  parseJsonText,
} from "@stepwright/protocol";

/** What metadata is attached to. */
export interface MetadataTarget {
  /** Id or name of a step; null: the run. */
  readonly stepId: string | null;
  /** Null: the step as a whole, that is its last attempt. */
  readonly attempt: number | null;
  /** A span of the user's own within the attempt. */
  readonly spanId: string | null;
}

/** What a target is a part of, as clients of the protocol call it. */
export type MetadataScope = "run" | "step" | "step_attempt" | "extended_trace";

/** Names the scope of a target. */
export function metadataScope({ stepId, attempt, spanId }: MetadataTarget): MetadataScope {
  if (stepId === null) return "run";
  if (spanId !== null) return "extended_trace";
  return attempt === null ? "step" : "step_attempt";
}

/** How values are brought together with those that are there. */
export type MetadataOp = "merge" | "set" | "delete" | "add";

/** Metadata of one kind at one target. */
export interface RunMetadata {
  readonly target: MetadataTarget;
  /** For example `inngest.score` or `userland.order`. */
  readonly kind: string;
  /** A canonical JSON object. */
  readonly values: JsonText;
  readonly updatedAt: Millis;
}

/** One change of the metadata of a kind at a target. */
export interface MetadataChange {
  readonly target: MetadataTarget;
  readonly kind: string;
  readonly op: MetadataOp;
  readonly values: JsonObject;
}

/** The values after a change; null when none are left. Called inside the commit, on what it finds. */
export function changedMetadata(before: JsonText | null, change: MetadataChange): JsonText | null {
  const known = before === null ? {} : asObject(parseJsonText(before));
  const after = applied(known, change);
  return Object.keys(after).length === 0 ? null : canonicalJson(after);
}

function applied(known: JsonObject, { op, values }: MetadataChange): JsonObject {
  switch (op) {
    case "set":
      return values;
    case "merge":
      return { ...known, ...values };
    case "delete":
      return Object.fromEntries(Object.entries(known).filter(([key]) => !(key in values)));
    case "add":
      return {
        ...known,
        ...Object.fromEntries(Object.entries(values).map(([key, value]) => [key, sum(known[key], value)])),
      };
  }
}

/** What is no number cannot be added to: the new value takes its place. */
function sum(known: JsonValue | undefined, value: JsonValue): JsonValue {
  return typeof known === "number" && typeof value === "number" ? known + value : value;
}

function asObject(value: JsonValue): JsonObject {
  return isJsonObject(value) ? value : {};
}
