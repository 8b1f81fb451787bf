// Metadata that an op carries for people to see. It is read leniently: what cannot be read must not cost the step its result.
import { z } from "zod";
import { type JsonObject, isJsonObject, type JsonValue } from "./json.ts";
import { isNestedTooDeep } from "./nesting.ts";

/** One entry: what it is about, and how its values are brought together with those that are there. */
export interface OpMetadata {
  readonly scope: "run" | "step" | "step_attempt";
  readonly kind: string;
  readonly op: "merge" | "set" | "delete" | "add";
  readonly values: JsonObject;
}

/** Entries of one op that are read; SDKs put those of a kind and scope into one. */
const entriesMax = 32;

const entrySchema = z.object({
  scope: z.enum(["run", "step", "step_attempt"]),
  kind: z.string().min(1).max(256),
  op: z.enum(["merge", "set", "delete", "add"]),
  values: z.custom<JsonObject>((value) => isJsonObject(value as JsonValue) && !isNestedTooDeep(value as JsonValue)),
});

/** Reads the entries of an op that can be read; undefined when there are none. */
export function readOpMetadata(value: JsonValue | undefined): readonly OpMetadata[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const entries = value.slice(0, entriesMax).flatMap((entry) => {
    const parsed = entrySchema.safeParse(entry);
    return parsed.success ? [parsed.data] : [];
  });
  return entries.length === 0 ? undefined : entries;
}
