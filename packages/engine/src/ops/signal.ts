// `WaitForSignal`: park a branch until a signal of a name is sent.
import { asPauseId, type Op, parseDurationOrInstant } from "@stepwright/protocol";
import { failRun } from "../finish-run.ts";
import { type Draft, openStep } from "../state.ts";
import { defaultUntil, failsAsTooLong } from "./sleep.ts";
import { textOf, timeoutItem, waitSpan } from "./wait-for-event.ts";

/**
 * Stores the wait. A name has one waiter: a second one fails its own run, unless it asks to replace
 * the first, which then only times out (sdk-protocol.md §8.9).
 */
export function waitForSignal(draft: Draft, op: Op): void {
  const { now, takenSignals } = draft.context;
  const signal = textOf(op.opts["signal"]);
  const timeout = textOf(op.opts["timeout"]);
  const until = timeout === "" ? defaultUntil(draft) : parseDurationOrInstant(timeout, now);
  if (signal === "" || until === null) {
    failRun(draft, {
      error: "InvalidSignal",
      name: "InvalidSignal",
      message: `step.waitForSignal "${op.displayName}" needs a signal name and a duration, got "${signal}" and "${timeout}".`,
    });
    return;
  }
  if (failsAsTooLong(draft, op, until)) return;
  if (op.opts["conflict"] === "replace") {
    draft.effects.push({ kind: "releaseSignal", signal });
  } else if (takenSignals.has(signal) || isTakenHere(draft, signal)) {
    failRun(draft, {
      error: "Error",
      name: "Error",
      message: "Signal conflict; signal wait already exists for another run",
    });
    return;
  } else {
    draft.guards.push({ kind: "signalFree", signal });
  }
  openStep(draft, op.id);
  draft.effects.push(
    {
      kind: "putPause",
      pause: {
        id: asPauseId(`${draft.run.id}:${op.id}`),
        kind: "signal",
        runId: draft.run.id,
        stepId: op.id,
        eventName: null,
        signal,
        expression: null,
        terms: [],
        isSlow: false,
        expiresAt: until,
        createdAt: now,
      },
    },
    timeoutItem(draft, op, { at: until, waitKind: "signal" }),
    waitSpan(draft, op, "signal", { signal, until }),
  );
}

/** Says whether another op of the same answer waits for the signal. */
function isTakenHere(draft: Draft, signal: string): boolean {
  return draft.effects.some((effect) => effect.kind === "putPause" && effect.pause.signal === signal);
}
