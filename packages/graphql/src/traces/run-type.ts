// What kind of step a `step.run` is for the SDK, such as `step.sendEvent`.
import type { Group } from "./group.ts";
import { detailOf, textIn } from "./span-detail.ts";

/** The kind that the SDK told; null when it told none. */
export function runTypeOf({ attempts }: Group): string | null {
  const span = attempts.at(-1)?.span ?? null;
  return span === null ? null : textIn(detailOf(span)["type"]);
}
