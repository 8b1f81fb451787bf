// All matchers, as vitest and jest take them, and as they are typed there.
import type { FunctionRef } from "../test-engine.ts";
import type { MatcherContext } from "./context.ts";
import { toBeIdle, toHaveSent, toHaveStarted, type ExpectedStart } from "./engine-matchers.ts";
import type { ExpectedDuration } from "./expected-duration.ts";
import type { ExpectedError } from "./expected-error.ts";
import {
  toHaveBeenCancelled,
  toHaveBeenSkipped,
  toHaveCompleted,
  toHaveCompletedWith,
  toHaveFailed,
  toHaveFailedWith,
} from "./run-end.ts";
import { toHaveInvoked, toHaveRunStep, toHaveSlept, type ExpectedStep } from "./run-steps.ts";
import { toBeSleeping, toBeWaitingFor, toBeWaitingForSignal, type ExpectedWait } from "./run-waits.ts";

/** For `expect.extend`. */
export const matchers = {
  toBeIdle: onThis(toBeIdle),
  toBeSleeping: onThis(toBeSleeping),
  toBeWaitingFor: onThis(toBeWaitingFor),
  toBeWaitingForSignal: onThis(toBeWaitingForSignal),
  toHaveBeenCancelled: onThis(toHaveBeenCancelled),
  toHaveBeenSkipped: onThis(toHaveBeenSkipped),
  toHaveCompleted: onThis(toHaveCompleted),
  toHaveCompletedWith: onThis(toHaveCompletedWith),
  toHaveFailed: onThis(toHaveFailed),
  toHaveFailedWith: onThis(toHaveFailedWith),
  toHaveInvoked: onThis(toHaveInvoked),
  toHaveRunStep: onThis(toHaveRunStep),
  toHaveSent: onThis(toHaveSent),
  toHaveSlept: onThis(toHaveSlept),
  toHaveStarted: onThis(toHaveStarted),
};

/** Test runners give the context as `this`. */
function onThis<Expected extends unknown[], Result>(
  judge: (context: MatcherContext, received: unknown, ...expected: Expected) => Result,
) {
  return function judgeOnThis(this: MatcherContext, received: unknown, ...expected: Expected): Result {
    return judge(this, received, ...expected);
  };
}

/**
 * The matchers as methods of what `expect` returns.
 *
 * Those about an engine read from it, so they have to be awaited; those about a run look at what the handle knows. What is
 * expected of data and outputs is compared as `toEqual` does, and asymmetric matchers may stand in it.
 */
export interface StepwrightMatchers<R = void> {
  /**
   * Of an engine: the function was started, by this event and with these data where they are given, so many times.
   *
   * A run that waits in a paused queue counts, one that was skipped does not.
   *
   * ```ts
   * await expect(engine).toHaveStarted(welcome, { times: 1, data: { userId: "u1" } });
   * await expect(engine).not.toHaveStarted(digest);
   * ```
   */
  toHaveStarted(fn: FunctionRef, expected?: ExpectedStart): Promise<void>;
  /**
   * Of an engine: an event of this name was sent, by the test or by a function, with these data where they are given.
   *
   * ```ts
   * await expect(engine).toHaveSent("digest/send-to-user", { userId: "u1" });
   * await expect(engine).toHaveSent("digest/send-to-user", undefined, { times: 3 });
   * ```
   */
  toHaveSent(eventName: string, data?: unknown, options?: { readonly times?: number }): Promise<void>;
  /** Of an engine: nothing is in its queue, and no run waits for anything. */
  toBeIdle(): Promise<void>;
  /** Of a run: it has completed. */
  toHaveCompleted(): R;
  /** Of a run: it has completed, and the function has returned this: `expect(run).toHaveCompletedWith({ sent: 3 })`. */
  toHaveCompletedWith(output: unknown): R;
  /** Of a run: it has failed, after all attempts. */
  toHaveFailed(): R;
  /**
   * Of a run: it has failed with such an error: part of its message, a pattern of it, a class, an error with that message, or
   * an object with some of `name`, `message`, `stack` and `cause`.
   */
  toHaveFailedWith(error: ExpectedError): R;
  /** Of a run: it was cancelled. */
  toHaveBeenCancelled(): R;
  /** Of a run: it was skipped, because a singleton was busy or its function was paused. */
  toHaveBeenSkipped(): R;
  /**
   * Of a run: this step has completed, with this output and in so many attempts where they are given; or with `error`, it has
   * failed. A wait that timed out has run with the output null.
   */
  toHaveRunStep(stepId: string, expected?: ExpectedStep): R;
  /** Of a run: it has slept in this step, exactly so long where that is given: `toHaveSlept("wait-before-tips", "2 days")`. */
  toHaveSlept(stepId: string, duration?: ExpectedDuration): R;
  /** Of a run: it is asleep now, in this step and until then where they are given. A duration counts from the step's start. */
  toBeSleeping(stepId?: string, expected?: Pick<ExpectedWait, "until">): R;
  /**
   * Of a run: it waits for an event of this name, under this condition and until then where they are given.
   *
   * ```ts
   * expect(run).toBeWaitingFor("content/reviewed", { match: "data.contentId", until: "48h" });
   * ```
   */
  toBeWaitingFor(eventName: string, expected?: ExpectedWait): R;
  /** Of a run: it waits for this signal. */
  toBeWaitingForSignal(signal: string, expected?: Omit<ExpectedWait, "match">): R;
  /** Of a run: a step of it has invoked this function, with these data where they are given. */
  toHaveInvoked(fn: FunctionRef, data?: unknown): R;
}
