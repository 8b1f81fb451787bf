// Times in rows.
import { type Millis, millis } from "@stepwright/protocol";

/** Reads a time that may not have come. */
export function timeOrNull(value: number | null): Millis | null {
  return value === null ? null : millis(value);
}
