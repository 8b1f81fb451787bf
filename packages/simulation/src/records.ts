// What really happened, noted by the world itself: who was acknowledged what, and what apps did and said.
// The checkers compare the database with this and never with what the product says of itself.
import type { SentEvent } from "./load.ts";

/** An event and what its sender knows of it. */
export interface EventRecord {
  readonly event: SentEvent;
  /** Internal ids that were acknowledged for it. */
  readonly acknowledged: string[];
}

/** Everything that one answer or checkpoint of an app says of finished steps: it is stored together or not at all. */
export interface Saying {
  readonly runId: string;
  readonly itemId: string;
  readonly generation: number;
  readonly boot: number;
  readonly isAnswer: boolean;
  /** Finished steps with their results, and steps that were only reported. */
  readonly results: ReadonlyMap<string, string>;
  readonly reported: readonly string[];
}

/** A call that ended without success, as the server was told. */
export interface FailedAttempt {
  readonly itemId: string;
  /** By the clock of the server. */
  readonly at: number;
  readonly attempt: number;
  readonly attemptsMax: number;
  /** The app said that it is not to be tried again. */
  readonly isFinal: boolean;
  /** There was no answer. */
  readonly isUnanswered: boolean;
  /** The call reached nobody, and the app is waited for: it counts as not made. */
  readonly isFree: boolean;
  /** There was one, with nothing in it. */
  readonly isEmpty: boolean;
}

/** What became of the requests of one step. */
export interface FetchRecord {
  /** Texts that were answered. */
  readonly answers: string[];
  /** Requests that came to nothing, as the server was told. */
  readonly failures: { readonly boot: number; readonly at: number }[];
  /** Processes that wait for an answer. */
  readonly waiting: Set<number>;
}

/** A rerun from a step as somebody asked for it. */
export interface StepRerun {
  /** The run with the results. */
  readonly of: string;
  readonly slug: string;
  readonly stepId: string;
  /** JSON of the arguments that replace the step's own; null leaves them. */
  readonly input: string | null;
  /** The new run, once it was acknowledged. */
  runId: string | null;
}

/** A bulk cancellation as somebody asked for it. */
export interface BulkCancel {
  readonly slug: string;
  readonly startedAfter: number | null;
  readonly startedBefore: number;
  /** Only runs of this user; null: all. */
  readonly user: string | null;
  /** Somebody has taken it back, or is about to. */
  isTakenBack: boolean;
}

/** Something that was to be attached to a run, or taken away again. Moments are numbered in the order in which they come. */
export interface Note {
  readonly n: number;
  readonly askedAs: number;
  /** When it was acknowledged; null when that never came. */
  doneAs: number | null;
  /** Somebody wanted it away again; `isForgotten` says that this was acknowledged. */
  isUnwanted: boolean;
  isForgotten: boolean;
}

/** The notes. */
export interface Records {
  /** By `n`. */
  readonly events: Map<number, EventRecord>;
  /** Executions of a step, by run and step. */
  readonly executions: Map<string, number>;
  /** What was said of a result, by run and result: results are all different. */
  readonly sayings: Map<string, Saying[]>;
  /** The run of each text that ended a function. */
  readonly finals: Map<string, string>;
  readonly failures: Map<string, FailedAttempt[]>;
  /** By run and step. */
  readonly fetches: Map<string, FetchRecord>;
  /** Runs that somebody asked to cancel. */
  readonly cancelRequests: Set<string>;
  /** Slugs of functions that may be paused now: from before somebody asks for it until after its end was acknowledged. */
  readonly paused: Set<string>;
  /** Slugs of functions that may not be registered now, likewise. */
  readonly removed: Set<string>;
  /** Slugs of functions that were removed at some time. */
  readonly everRemoved: Set<string>;
  /** When somebody last wanted the waiting runs of a function to be cancelled, by the clock of the server. */
  readonly droppedBacklogs: Map<string, number>;
  /** Runs that could not be read once, that handle such a run's end, or with a decision that the store could not apply: work
   * of theirs may be set aside. */
  readonly damagedRuns: Set<string>;
  /** Runs that were given to another function. */
  readonly movedRuns: Set<string>;
  /** Signals that were acknowledged, with the `n` they carried. */
  readonly signals: Map<string, number>;
  /** Runs that were acknowledged to whoever asked for one. */
  readonly reruns: Set<string>;
  /** What was asked of reruns that begin at a step, acknowledged or not. */
  readonly stepReruns: StepRerun[];
  /** Bulk cancellations that were asked for, acknowledged or not. */
  readonly bulkCancels: BulkCancel[];
  /** Apps that may be paused now, as `paused` has it of functions. */
  readonly pausedApps: Set<string>;
  /** Functions and apps that are paused for certain: from the acknowledgement until before somebody asks for the end. */
  readonly held: Set<string>;
  /** What was asked to be attached to runs, by run. */
  readonly notes: Map<string, Note[]>;
  /** Processes whose store refused something, read or write. */
  readonly refusedBoots: Set<number>;
  finalsMade: number;
  noteMoments: number;
  /** An app has refused a connection. */
  hasRefusedCalls: boolean;
}

/** Makes empty notes. */
export function createRecords(): Records {
  return {
    events: new Map(),
    executions: new Map(),
    sayings: new Map(),
    finals: new Map(),
    failures: new Map(),
    fetches: new Map(),
    cancelRequests: new Set(),
    paused: new Set(),
    removed: new Set(),
    everRemoved: new Set(),
    droppedBacklogs: new Map(),
    damagedRuns: new Set(),
    movedRuns: new Set(),
    signals: new Map(),
    reruns: new Set(),
    stepReruns: [],
    bulkCancels: [],
    pausedApps: new Set(),
    held: new Set(),
    notes: new Map(),
    refusedBoots: new Set(),
    finalsMade: 0,
    noteMoments: 0,
    hasRefusedCalls: false,
  };
}

/** The key of a result among `sayings`. */
export function resultKey(runId: string, result: string): string {
  return `${runId} ${result}`;
}
