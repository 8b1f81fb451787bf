// Values without what belongs to one side only: ids that a server gives, and times of day.
import type { JsonValue } from "@stepwright/protocol";

const ulid = /^[0-9A-HJKMNP-TV-Z]{26}$/;

/** Puts words in the place of ids and of times, wherever they are in the value. */
export function neutral(value: JsonValue): JsonValue {
  if (typeof value === "string") return ulid.test(value) ? "(id)" : value;
  if (typeof value !== "object" || value === null) return value;
  // The methods of arrays do not narrow readonly ones.
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((one) => neutral(one));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === "ts" ? "(time)" : neutral(inner)]),
  );
}
