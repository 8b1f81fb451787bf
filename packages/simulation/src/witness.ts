// What checkers get to see of a world.
import type { Expired } from "@stepwright/engine";
import type { CommitBatch, CommitResult } from "@stepwright/storage";
import type { WireOp } from "@stepwright/test-parts";
import type { StepRerun } from "./records.ts";
import type { SeenRequest } from "./sdk.ts";
import type { FunctionOptions, SimulatedFunction } from "./functions.ts";

/** A call, from the app's side. */
export interface SeenCall {
  /** The process that made it. */
  readonly boot: number;
  readonly fn: SimulatedFunction;
  readonly runId: string;
  /** The step that is asked for; null for a discovery. */
  readonly target: string | null;
  /** The limits under which it may have been let in. */
  readonly limits: FunctionOptions;
  readonly user: string;
  readonly itemId: string;
  readonly generation: number;
  readonly seen: SeenRequest;
  /** The server has its answer, has given it up, or has died. */
  isOver: boolean;
}

/** A request of a step, from the other end. */
export interface SeenFetch {
  readonly boot: number;
  readonly runId: string;
  readonly stepId: string;
  /** The step asks an AI. */
  readonly isAi: boolean;
  readonly body: string;
}

/** A durable commit. */
export interface SeenCommit {
  readonly number: number;
  readonly boot: number;
  readonly batch: CommitBatch;
  /** Empty when nobody has heard what came of it: the process died while it waited for the disk, which has kept it. */
  readonly result: CommitResult;
  readonly isUnheard: boolean;
}

/** What one piece of a sweep has removed. */
export interface SeenSweep {
  readonly expired: Expired;
  readonly runs: readonly SweptRun[];
  readonly events: readonly SweptEvent[];
  readonly steps: readonly { readonly runId: string; readonly id: string }[];
}

/** A run as it was before a sweep. */
export interface SweptRun {
  readonly id: string;
  readonly slug: string;
  readonly status: string;
  readonly endedAt: number | null;
  readonly error: string | null;
  /** The events that started it. */
  readonly eventSeqs: readonly number[];
}

/** An event as it was before a sweep. */
export interface SweptEvent {
  readonly seq: number;
  readonly internalId: string;
  readonly receivedAt: number;
  readonly lifecycleOf: string | null;
}

/** A line of the log at `warn` or above. */
export interface Complaint {
  readonly message: string;
  readonly reason: string;
  /** The run or queue item it is about. */
  readonly about: string | null;
}

/** One checker: it looks wherever it wants, and says what is wrong. */
export interface Checker {
  /** What it checks, as failures name it. */
  readonly name: string;
  readonly committed?: (commit: SeenCommit) => void;
  /** A call goes out; `inFlight` are the others of the same process that are not over. */
  readonly called?: (call: SeenCall, inFlight: readonly SeenCall[]) => void;
  /** The server makes a request for a step. */
  readonly fetched?: (fetch: SeenFetch) => void;
  /** The server took a checkpoint; `wasOver` says that its call was over when it was sent. */
  readonly checkpointed?: (call: SeenCall, ops: readonly WireOp[], wasOver: boolean) => void;
  /** Events were acknowledged to their sender. */
  readonly acknowledged?: (ids: readonly string[]) => void;
  /** Whoever asked for it was told that a run is cancelled. */
  readonly cancelled?: (runId: string) => void;
  /** Whoever asked for it was told of the run that begins at a step of another one. */
  readonly rerun?: (rerun: StepRerun & { readonly runId: string }) => void;
  /** Whoever attached something to a run, or took it away, was told that it is done. */
  readonly annotated?: (runId: string) => void;
  /** Everything that is over had the time to be removed. */
  readonly sweptOut?: () => void;
  /** Something that was over has been removed. */
  readonly swept?: (sweep: SeenSweep) => void;
  /** A new process works on the data of the last one. */
  readonly booted?: () => void;
  /** The runtime logged a warning or an error. */
  readonly complained?: (complaint: Complaint) => void;
  /** Faults are over, and nothing is left to do. */
  readonly rested?: () => void;
}
