// The request of one call, built from the run's state (sdk-protocol.md §5).
import {
  buildCallBody,
  callHeaders,
  callStateBytesMax,
  callUrl,
  canonicalJson,
  discoveryStepId,
  fetchesState,
  type JsonText,
  type RunLimits,
  type StepId,
} from "@stepwright/protocol";
import { assert } from "./assert.ts";
import { type Call, isDiscovery } from "./call.ts";
import type { FunctionRecord } from "./effects.ts";
import type { RunState } from "./state.ts";

/** What is sent, but for the signature. */
export interface CallRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonText;
}

/** The step limit is checked before a call, so the step that reaches it has run (semantics.md §8). */
export function hasTooManySteps(state: RunState, { stepsPerRunMax }: RunLimits): boolean {
  return state.steps.size >= stepsPerRunMax;
}

/** Splices the stored texts into the body; nothing of the state is parsed or serialized again. */
export function buildRequest(options: {
  readonly state: RunState;
  readonly fn: FunctionRecord;
  readonly call: Call;
  /** Unique per outgoing request. */
  readonly requestId: string;
  /** What the app calls its SDK. */
  readonly sdk: string | null;
}): CallRequest {
  const { state, fn, call, requestId, sdk } = options;
  const { run } = state;
  const [first, ...rest] = state.events.map((event) => event.full);
  assert(first !== undefined, "a run has at least one triggering event");
  const stepId = call.work.stepId ?? discoveryStepId;
  const version = run.progress.requestVersion;
  const ctx = {
    runId: run.id,
    functionId: fn.id,
    attempt: call.item.attempt,
    maxAttempts: call.attemptsMax,
    // In race mode the function is called while steps are open: one of them alone must not be run a second time.
    disableImmediateExecution: run.progress.forceStepPlan || (isDiscovery(call) && state.open.size > 0),
    stack: state.stack,
    stackCurrent: state.stack.length,
    requestId,
    generationId: call.item.generation,
    jobId: call.item.id,
    queueItemRef: call.item.id,
  };
  const body = buildCallBody({
    ctx,
    eventJsons: [first, ...rest],
    steps: memosOf(state),
    defers: defersJson(state),
    version,
    useApi: run.progress.stateLength > callStateBytesMax && fetchesState(sdk),
  });
  return {
    url: callUrl(fn.config.url, stepId),
    headers: { ...callHeaders({ ctx, stepId, version, signature: null }), "user-agent": "Inngest" },
    body,
  };
}

/** What the app is told of the run's steps: results in completion order, and the arguments of a step that is to run with others. */
export function memosOf({ run, steps }: RunState): readonly (readonly [StepId, JsonText])[] {
  const results = [...steps.values()].map((step) => [step.id, step.memo] as const);
  const { input } = run.progress;
  if (input === undefined || input.isOurs === true || steps.has(input.stepId)) return results;
  return [...results, [input.stepId, `{"input":${input.value}}` as JsonText]];
}

function defersJson(state: RunState): JsonText {
  return canonicalJson(
    Object.fromEntries(
      Object.entries(state.run.progress.defers).map(([id, defer]) => [id, { abortable: defer.status === "live" }]),
    ),
  );
}
