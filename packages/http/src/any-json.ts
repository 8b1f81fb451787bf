// Any JSON in a body, for schemas.
import type { JsonValue } from "@stepwright/protocol";
import { z } from "zod";

/**
 * Takes whatever JSON a parser has made.
 *
 * `z.json()` would look at all of it once more, level by level on the stack, and 2,000 levels of the 10,000 that a value may
 * have are more than that holds.
 */
export const anyJson = z.custom<JsonValue>();
