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
  /** Runs that somebody asked to cancel. */
  readonly cancelRequests: Set<string>;
  /** Slugs of functions that were paused at some time. */
  readonly paused: Set<string>;
  /** Slugs of functions that were not registered for a while. */
  readonly removed: Set<string>;
  /** Slugs of functions whose waiting runs somebody wanted to be cancelled. */
  readonly droppedBacklogs: Set<string>;
  /** Slugs of functions all of whose runs somebody wanted to be cancelled, with the time before which those were made. */
  readonly cancelledAll: Map<string, number>;
  /** Runs with a decision that the store could not apply. */
  readonly poisonedRuns: Set<string>;
  /** Signals that were acknowledged, with the `n` they carried. */
  readonly signals: Map<string, number>;
  /** Runs that were acknowledged to whoever asked for one. */
  readonly reruns: Set<string>;
  /** Internal ids of acknowledged invocations. */
  readonly invocations: Set<string>;
  finalsMade: number;
  /** A row could not be read, or a transition not be applied: something may have been set aside. */
  isDamaged: boolean;
  /** The clock has been set back. */
  hasClockGoneBack: boolean;
}

/** Makes empty notes. */
export function createRecords(): Records {
  return {
    events: new Map(),
    executions: new Map(),
    sayings: new Map(),
    finals: new Map(),
    failures: new Map(),
    cancelRequests: new Set(),
    paused: new Set(),
    removed: new Set(),
    droppedBacklogs: new Set(),
    cancelledAll: new Map(),
    poisonedRuns: new Set(),
    signals: new Map(),
    reruns: new Set(),
    invocations: new Set(),
    finalsMade: 0,
    isDamaged: false,
    hasClockGoneBack: false,
  };
}

/** The key of a result among `sayings`. */
export function resultKey(runId: string, result: string): string {
  return `${runId} ${result}`;
}
