// What every checker is given.
import type { RetentionPolicy } from "@stepwright/engine";
import type { Runtime } from "@stepwright/runtime";
import type { SimulatedFunction } from "../functions.ts";
import type { Limits } from "../limits.ts";
import type { Records } from "../records.ts";
import type { SimulatedClock } from "../simulated-clock.ts";
import type { View } from "../view.ts";
import type { Coverage } from "../coverage.ts";

/** Sizes of what a process remembers. */
export type MemorySizes = ReturnType<Runtime["inMemory"]>;

/** The world, as far as checkers look at it. */
export interface CheckSurroundings {
  readonly functions: readonly SimulatedFunction[];
  readonly functionOf: (slug: string) => SimulatedFunction;
  /** Slug of the function that a run was made for. */
  readonly originOf: (runId: string) => string;
  readonly limits: Limits;
  readonly records: Records;
  readonly view: () => View;
  readonly clock: SimulatedClock;
  readonly coverage: Coverage;
  /** What the process that runs remembers; null when none does. */
  readonly memory: () => MemorySizes | null;
  /** Number of the process that runs, or ran last. */
  readonly boot: () => number;
  /** How long what is over is kept; null keeps everything. */
  readonly retention: RetentionPolicy | null;
  /** Whether apps never fail by themselves. */
  readonly areAppsReliable: boolean;
}

/** Says what is wrong. */
export type Report = (message: string) => void;
