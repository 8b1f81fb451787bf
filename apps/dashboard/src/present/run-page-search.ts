// What an address says about how a run is shown.
import { textOf } from "./search-params.ts";
import type { AxisScale } from "./time-axis.ts";

/** The chosen step, by name or id, and how the time axis is drawn. */
export interface RunPageSearch {
  readonly step?: string | undefined;
  readonly axis?: AxisScale | undefined;
}

/** Reads it. */
export function parseRunPageSearch(raw: Readonly<Record<string, unknown>>): RunPageSearch {
  const axis = textOf(raw, "axis");
  return { step: textOf(raw, "step"), axis: axis === "time" || axis === "compact" ? axis : undefined };
}
