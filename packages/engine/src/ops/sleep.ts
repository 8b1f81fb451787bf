// `Sleep`: park a branch until a time.
import {
  asQueueItemId,
  canonicalJson,
  type Millis,
  millis,
  type Op,
  parseDurationOrInstant,
  pauseDefaultMs,
} from "@stepwright/protocol";
import { failRun } from "../finish-run.ts";
import { type Draft, openStep } from "../state.ts";

/**
 * Queues the wake-up.
 *
 * The step is stored when the timer fires, not now: if we crash in between, the queue item alone is
 * enough to go on, and there is no half-finished step to repair.
 */
export function sleep(draft: Draft, op: Op): void {
  const { now } = draft.context;
  const text = typeof op.opts["duration"] === "string" && op.opts["duration"] !== "" ? op.opts["duration"] : op.name;
  const until = parseDurationOrInstant(text, now);
  if (until === null) {
    failRun(draft, {
      error: "InvalidDuration",
      name: "InvalidDuration",
      message: `step.sleep "${op.displayName}" asks for "${text}", which is neither a duration such as "1h30m" nor an RFC 3339 date.`,
    });
    return;
  }
  if (failsAsTooLong(draft, op, until)) return;
  openStep(draft, op.id);
  draft.effects.push(
    {
      kind: "enqueue",
      item: {
        id: asQueueItemId(`${draft.run.id}:${op.id}`),
        lane: "system",
        at: until,
        attempt: 0,
        work: { kind: "wake", runId: draft.run.id, stepId: op.id },
      },
    },
    {
      kind: "putSpan",
      span: {
        runId: draft.run.id,
        id: op.id,
        kind: "sleep",
        stepId: op.id,
        name: op.displayName,
        op: op.op,
        attempt: 0,
        status: "waiting",
        queuedAt: now,
        startedAt: now,
        endedAt: null,
        error: null,
        detail: canonicalJson({ until }),
      },
    },
  );
}

/** When a wait ends that does not say: in a year, or as late as any may. */
export function defaultUntil({ context, run }: Draft): Millis {
  return millis(context.now + Math.min(pauseDefaultMs, context.limitsOf(run.functionId).sleepMaxMs));
}

/** Fails the run over a sleep or wait past the limit (semantics.md §8). */
export function failsAsTooLong(draft: Draft, op: Op, until: Millis): boolean {
  const { sleepMaxMs } = draft.context.limitsOf(draft.run.functionId);
  if (until - draft.context.now <= sleepMaxMs) return false;
  failRun(draft, {
    error: "InngestErrTimeoutTooLong",
    name: "InngestErrTimeoutTooLong",
    message: `"${op.displayName}" waits until ${until} ms, more than the limit of ${daysText(sleepMaxMs)} ahead. Wait in parts, or start a new run from a later event.`,
  });
  return true;
}

const dayMs = 24 * 3600 * 1000;

/** The limit as people set it: in days, or in seconds if it is less than one. */
function daysText(ms: number): string {
  return ms < dayMs ? `${ms / 1000} s` : `${Math.floor((ms / dayMs) * 10) / 10} days`;
}
