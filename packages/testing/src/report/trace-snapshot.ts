// A run as a plain value that is the same in each process, for snapshots.
import type { ApiError, ApiRun, ApiStep, JsonValue } from "@stepwright/protocol";
import { stepsToShow } from "./chosen-steps.ts";
import { exactDuration } from "./duration-text.ts";
import { errorLines } from "./error-text.ts";
import { failuresOf } from "./failures.ts";
import { ownData } from "./own-data.ts";
import { runOf, type RunLike } from "./run-like.ts";
import { startOf } from "./run-times.ts";
import { createStabilizer, offsetText, type Stabilizer } from "./stable-values.ts";

/** A run without anything that differs from one execution to the next. What does not apply is left out. */
export interface TraceSnapshot {
  readonly function: string;
  readonly status: ApiRun["status"];
  readonly trigger: JsonValue;
  /** From the time it was queued; of an unfinished run there is none. */
  readonly took?: string;
  readonly output?: JsonValue;
  readonly error?: readonly string[];
  readonly reason?: string;
  readonly steps: readonly TraceStep[];
}

/** A step of it. */
export interface TraceStep {
  /** As the function gives it; `(function)` is the code outside steps. */
  readonly id: string;
  readonly kind: ApiStep["kind"];
  readonly status: ApiStep["status"];
  /** From the time the run was queued. */
  readonly at: string;
  readonly took?: string;
  /** How often it was tried, when that was more than once, and what went wrong. */
  readonly attempts?: number;
  readonly failures?: readonly string[];
  readonly input?: JsonValue;
  readonly output?: JsonValue;
  readonly error?: readonly string[];
  readonly detail?: JsonValue;
}

/**
 * Makes a value of a run for `toMatchSnapshot` and `toMatchInlineSnapshot`.
 *
 * Ids that the engine drew are numbered, times are told from the start of the run, and stacks are left out. Times that the
 * function itself reads from a clock while it runs become `<time>`.
 *
 * ```ts
 * expect(traceSnapshot(run)).toMatchSnapshot();
 * ```
 */
export function traceSnapshot(received: RunLike): TraceSnapshot {
  const run = runOf(received);
  const stable = createStabilizer(run, Date.now());
  return {
    function: run.functionSlug,
    status: run.status,
    trigger: triggerOf(run, stable),
    ...(run.endedAt === null ? {} : { took: exactDuration(run.endedAt - run.queuedAt) }),
    ...(run.status === "completed" ? { output: stable.value(run.output) } : {}),
    ...errorOf(run.error, stable),
    ...(run.error === null && run.summary !== null ? { reason: stable.text(run.summary) } : {}),
    steps: stepsToShow(run).map((step) => traceStep(run, step, stable)),
  };
}

function triggerOf({ trigger, events }: ApiRun, stable: Stabilizer): JsonValue {
  if (trigger.cron !== null) return { cron: trigger.cron };
  const [event] = events;
  if (events.length > 1)
    return { event: trigger.eventName, data: events.map(({ data }) => stable.value(ownData(data))) };
  return event === undefined
    ? { event: trigger.eventName }
    : { event: event.name, data: stable.value(ownData(event.data)) };
}

function traceStep(run: ApiRun, step: ApiStep, stable: Stabilizer): TraceStep {
  const { attempts } = step;
  const failures = failuresOf(step).map(({ attempts, lines }) => `${attempts}: ${stable.text(lines.join("; "))}`);
  // How the SDK answered is told with the step, too; versions and timings of it differ.
  const { response: _response, retryAt: _retryAt, ...detail } = step.detail;
  return {
    id: step.kind === "function" ? "(function)" : step.name,
    kind: step.kind,
    status: step.status,
    at: offsetText(startOf(step) - run.queuedAt),
    ...(step.endedAt === null ? {} : { took: exactDuration(step.endedAt - startOf(step)) }),
    ...(attempts.length > 1 ? { attempts: attempts.length } : {}),
    ...(failures.length > 0 ? { failures } : {}),
    ...(step.input === null ? {} : { input: stable.value(step.input) }),
    ...(step.status === "completed" && (step.kind !== "sleep" || step.output !== null)
      ? { output: stable.value(step.output) }
      : {}),
    ...(failures.length > 0 ? {} : errorOf(step.error, stable)),
    ...(Object.keys(detail).length === 0 ? {} : { detail: stable.value(detail) }),
  };
}

function errorOf(error: ApiError | null, stable: Stabilizer): { readonly error?: readonly string[] } {
  return error === null ? {} : { error: errorLines(error).map((line) => stable.text(line)) };
}
