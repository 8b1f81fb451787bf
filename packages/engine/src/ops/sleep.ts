// `Sleep`: park a branch until a time.
import {
  asQueueItemId,
  canonicalJson,
  type Millis,
  type Op,
  parseDurationOrInstant,
  sleepMaxMs,
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

/** Fails the run over a sleep or wait past the limit (semantics.md §8). */
export function failsAsTooLong(draft: Draft, op: Op, until: Millis): boolean {
  if (until - draft.context.now <= sleepMaxMs) return false;
  failRun(draft, {
    error: "InngestErrTimeoutTooLong",
    name: "InngestErrTimeoutTooLong",
    message: `"${op.displayName}" waits until ${until} ms, more than the limit of 366 days ahead. Wait in parts, or start a new run from a later event.`,
  });
  return true;
}
