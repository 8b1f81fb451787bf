// What a server on a virtual clock lets tests do; `/api/test/*` asks for it. `@stepwright/testing` is what does it.
import type { ApiDoing } from "@stepwright/protocol";

import type { ApiRun } from "@stepwright/protocol";

/** The clock as a test sees it. */
export interface TestClockState {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** When the next timer is due; null when there is none. */
  readonly nextAt: number | null;
}

/** One thing that an unfinished run has in the queue or waits for. */
export interface PendingWork {
  readonly runId: string;
  readonly functionSlug: string;
  readonly kind: ApiDoing["kind"];
  /** Id of the step; null for the function as a whole. */
  readonly step: string | null;
  /** When it is due or times out, in milliseconds since 1970; null: it waits without end. */
  readonly at: number | null;
  /** Name of the event that is waited for. */
  readonly event: string | null;
}

/** What a step does instead of what it does. Failures come first, then the value, or the step itself. */
export interface StepStubRule {
  /** Slug or id of the function; null: of all functions. */
  readonly function: string | null;
  /** Id of the step, as the function gives it. */
  readonly step: string;
  /** Absent: the step itself. */
  readonly returns?: { readonly value: unknown };
  readonly fails?: {
    /** Null: always. */
    readonly times: number | null;
    readonly name: string;
    readonly message: string;
    readonly retriable: boolean;
  };
  /** By the virtual clock. */
  readonly takesMs?: number;
}

/** A fault between the engine and the apps. */
export interface FaultRule {
  readonly kind: "drop" | "duplicate" | "delay" | "answer";
  /** Slug or id of the function; null: of all. */
  readonly function: string | null;
  /** Calls of this step alone; null: all. */
  readonly step: string | null;
  /** How many calls it hits. */
  readonly times: number;
  /** Of a delay, by the virtual clock. */
  readonly delayMs?: number;
  /** Of an answer. */
  readonly status?: number;
}

/** Probabilities of faults, drawn from a seed. */
export interface RandomFaults {
  readonly drop: number;
  readonly duplicate: number;
  readonly delay: number;
  readonly seed: number | null;
}

/**
 * All methods reject with an error whose message says what to do. Functions are given by slug or id; an empty list means all.
 * What moves the clock or changes the engine takes turns, in the order of the asking.
 */
export interface TestControls {
  clock(): TestClockState;
  /** Each timer on the way fires at its own time; resolves when nothing is left to do then. `by` such as `"2d"`, or milliseconds. */
  advance(by: string | number): Promise<void>;
  /** As `advance`, to a time in milliseconds since 1970. */
  set(at: number): Promise<void>;
  /** To the next timer; null when there is none. */
  next(): Promise<number | null>;
  runUntilIdle(within?: string | number): Promise<void>;
  /** Does what is due without moving the clock. */
  settle(): Promise<void>;
  /** Jumps from timer to timer until the run has ended; returns it. */
  finishRun(runId: string): Promise<ApiRun>;
  pauseQueue(functions: readonly string[]): Promise<void>;
  resumeQueue(functions: readonly string[]): Promise<void>;
  drainQueue(functions: readonly string[]): Promise<void>;
  /** Returns how many runs were cancelled. */
  clearQueue(functions: readonly string[]): Promise<number>;
  pending(functions: readonly string[]): Promise<readonly PendingWork[]>;
  /** Starts a function as its cron trigger would now; returns the id of the run. */
  cron(fn: string): Promise<string>;
  stub(rule: StepStubRule): void;
  unstub(): void;
  addFault(rule: FaultRule): void;
  /** Null: all apps. */
  appGoesAway(appId: string | null): void;
  appComesBack(appId: string | null): void;
  randomFaults(faults: RandomFaults): void;
  clearFaults(): void;
  /** Kills the engine and starts it again on what was committed. */
  crash(): Promise<void>;
  /** Forgets everything but the apps. */
  reset(): Promise<void>;
}
