// Stubs: what steps do instead of what they do.
//
// An app that is told not to run steps at once plans them one by one, and is then called for each of them. So the stub answers
// that call in the app's place, and everything else (attempts, delays, memos, the trace) is the engine's own.
import type { StepStubRule } from "@stepwright/http";
import {
  discoveryStepId,
  headers,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  tryParseJson,
} from "@stepwright/protocol";
import type { OutgoingResult } from "@stepwright/runtime";
import type { Call } from "./call.ts";
import type { StepNames } from "./step-names.ts";

/** What is to become of a call for one step. */
export type StubVerdict =
  /** `answer` null: the app is called. */
  { readonly answer: OutgoingResult | null; readonly takesMs: number };

/** The stubs of an engine. */
export interface Stubs {
  add(rule: StepStubRule): void;
  clear(): void;
  /** Whether a function has stubs, and therefore has to plan its steps. */
  concern(functionSlug: string): boolean;
  verdictOn(call: Call): StubVerdict;
  /** Ops that no app runs (waits, invocations, sleeps, gateways) are planned like steps where they are stubbed. */
  rewrite(call: Call, op: JsonObject): JsonObject;
}

/** Ops that are steps already, or none at all. */
const leftAlone: ReadonlySet<JsonValue | undefined> = new Set([
  "None",
  "Step",
  "StepRun",
  "StepError",
  "StepFailed",
  "StepPlanned",
  "RunComplete",
  "SyncRunComplete",
  "DiscoveryRequest",
  "DeferAdd",
  "DeferAbort",
]);

/** Makes the stubs. The newest stub of a step wins. */
export function createStubs(names: StepNames): Stubs {
  let rules: StepStubRule[] = [];
  const concerns = (rule: StepStubRule, functionSlug: string): boolean =>
    rule.function === null || rule.function === functionSlug;

  return {
    add(rule) {
      rules = [rule, ...rules.filter((other) => other.step !== rule.step || other.function !== rule.function)];
    },
    clear() {
      rules = [];
    },
    concern: (functionSlug) => rules.some((rule) => concerns(rule, functionSlug)),
    verdictOn(call) {
      const { stepId, runId, functionSlug } = call;
      const rule =
        stepId === null
          ? undefined
          : rules.find((one) => concerns(one, functionSlug) && names.isNamed(runId, stepId, one.step));
      if (rule === undefined) return { answer: null, takesMs: 0 };
      return { answer: answerOf(rule, call, names), takesMs: rule.takesMs ?? 0 };
    },
    rewrite(call, op) {
      const isStubbed =
        !leftAlone.has(op["op"]) &&
        rules.some(
          (rule) =>
            concerns(rule, call.functionSlug) &&
            rule.step === names.nameOf(op) &&
            (rule.returns !== undefined || rule.fails !== undefined),
        );
      return isStubbed ? { ...op, op: "StepPlanned" } : op;
    },
  };
}

function answerOf({ fails, returns }: StepStubRule, call: Call, names: StepNames): OutgoingResult | null {
  if (fails !== undefined && (fails.times === null || attemptOf(call) < fails.times)) {
    const { name, message } = fails;
    // Go's SDK wants to know what its step returned beside the error.
    const error = { name, message, stack: `${name}: ${message}\n    at a stub`, data: null };
    const op = fails.retriable ? "StepError" : "StepFailed";
    return answerWith(call, names, { op, error, data: null }, !fails.retriable);
  }
  if (returns === undefined) return null;
  return answerWith(call, names, { op: "StepRun", data: (returns.value ?? null) as JsonValue }, false);
}

function answerWith(call: Call, names: StepNames, op: JsonObject, isFinal: boolean): OutgoingResult {
  const id = call.stepId ?? discoveryStepId;
  const planned = names.opOf(call.runId, id);
  const { name = id, displayName = name, userland = null, opts = {} } = planned ?? {};
  return {
    kind: "response",
    status: 206,
    headers: {
      "content-type": "application/json",
      [headers.sdk]: "stepwright-stub:1",
      [headers.noRetry]: String(isFinal),
    },
    body: JSON.stringify([{ id, name, displayName, userland, opts, ...op }]),
  };
}

/** Counts from 0, and anew for each step. */
function attemptOf({ request }: Call): number {
  const body = tryParseJson(request.body ?? "");
  const ctx = isJsonObject(body) ? body["ctx"] : null;
  return isJsonObject(ctx) ? Number(ctx["attempt"] ?? 0) : 0;
}
