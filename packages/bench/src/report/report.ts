// A report: where it was made, how, and its figures.
import type { Figure } from "../figure.ts";
import type { Machine } from "../machine.ts";
import type { Size } from "../scenario.ts";

/** Everything that one run of the benchmarks found. */
export interface Report {
  readonly machine: Machine;
  readonly synchronous: "full" | "normal";
  readonly size: Size;
  /** Mean number of processes that wanted a core in the last minute of the run; it contains the run's own. */
  readonly loadAfter: number;
  readonly figures: readonly ReportedFigure[];
  /** Scenarios that broke off, with the reason. */
  readonly failures: readonly string[];
}

/** A figure with the scenario that measured it. */
export interface ReportedFigure extends Figure {
  readonly scenario: string;
}
