// `WaitForEvent`: park a branch until an event comes, or its time is up.
import { compile, interpolate, planIndex } from "@stepwright/expressions";
import {
  asPauseId,
  asQueueItemId,
  canonicalJson,
  type Millis,
  type Op,
  parseDurationOrInstant,
} from "@stepwright/protocol";
import type { Effect } from "../effects.ts";
import { failRun } from "../finish-run.ts";
import type { Work } from "../queue-item.ts";
import { type Draft, openStep, triggerEvent } from "../state.ts";
import { failsAsTooLong } from "./sleep.ts";

/** Stores the wait with the trigger event's values filled in. Only events stored later can end it. */
export function waitForEvent(draft: Draft, op: Op): void {
  const { now } = draft.context;
  const timeout = textOf(op.opts["timeout"]);
  const eventName = textOf(op.opts["event"]) || op.name;
  const until = parseDurationOrInstant(timeout, now);
  if (until === null) {
    failRun(draft, {
      error: "InvalidDuration",
      name: "InvalidDuration",
      message: `step.waitForEvent "${op.displayName}" has the timeout "${timeout}", which is neither a duration such as "48h" nor an RFC 3339 date.`,
    });
    return;
  }
  if (failsAsTooLong(draft, op, until)) return;
  const text = textOf(op.opts["if"]);
  const filled = fillIn(draft, text);
  if (filled.kind === "invalid") {
    failRun(draft, {
      error: "InvalidExpression",
      name: "InvalidExpression",
      message: `step.waitForEvent "${op.displayName}" has an invalid \`if\`: ${filled.message} (in \`${text}\`)`,
    });
    return;
  }
  const expression: string | null = filled.kind === "expression" ? filled.text : null;
  const plan = planIndex(expression);
  openStep(draft, op.id);
  draft.effects.push(
    // A condition that nothing can meet needs no listener: only the timeout will end it.
    ...(filled.kind === "never"
      ? []
      : [
          {
            kind: "putPause",
            pause: {
              id: asPauseId(`${draft.run.id}:${op.id}`),
              kind: "event",
              runId: draft.run.id,
              stepId: op.id,
              eventName,
              signal: null,
              expression,
              terms: plan.kind === "terms" ? plan.terms : [],
              isSlow: plan.kind === "slow",
              expiresAt: until,
              createdAt: now,
            },
          } satisfies Effect,
        ]),
    timeoutItem(draft, op, { at: until, waitKind: "event" }),
    waitSpan(draft, op, "wait", { event: eventName, expression: text === "" ? null : text, until }),
  );
}

/** The item that ends a wait when its time is up. */
export function timeoutItem(
  draft: Draft,
  op: Op,
  options: { readonly at: Millis; readonly waitKind: Extract<Work, { kind: "timeout" }>["waitKind"] },
): Effect {
  return {
    kind: "enqueue",
    item: {
      id: timeoutItemId(draft.run.id, op.id),
      lane: "system",
      at: options.at,
      attempt: 0,
      work: { kind: "timeout", runId: draft.run.id, stepId: op.id, waitKind: options.waitKind },
    },
  };
}

/** Natural key of a wait's timeout. */
export function timeoutItemId(runId: string, stepId: string) {
  return asQueueItemId(`${runId}:${stepId}:timeout`);
}

/** The open span of a wait. */
export function waitSpan(
  draft: Draft,
  op: Op,
  kind: "wait" | "invoke" | "signal" | "gateway",
  detail: Readonly<Record<string, unknown>>,
): Effect {
  const { now } = draft.context;
  return {
    kind: "putSpan",
    span: {
      runId: draft.run.id,
      id: op.id,
      kind,
      stepId: op.id,
      name: op.displayName,
      op: op.op,
      attempt: 0,
      status: "waiting",
      queuedAt: now,
      startedAt: now,
      endedAt: null,
      error: null,
      detail: canonicalJson(detail),
    },
  };
}

/** The text of an option, "" when it is absent or not a text. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function fillIn(draft: Draft, text: string): ReturnType<typeof interpolate> {
  if (text === "") return { kind: "always" };
  const compiled = compile(text);
  if (compiled.kind === "invalid") return compiled;
  return interpolate(text, triggerEvent(draft.state), { now: draft.context.now, use: "wait" });
}
