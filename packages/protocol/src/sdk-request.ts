// The call request: what an app is sent when a run is to go on.
import { headers } from "./headers.ts";
import type { FunctionId, RunId, StepId } from "./ids.ts";
import { jsonString, spliceList, spliceObject, type JsonText } from "./json.ts";

/** The facts about a call in the body's `ctx`. */
export interface CallContext {
  readonly runId: RunId;
  /** SDK v4 checkpoints only if it is there. */
  readonly functionId: FunctionId;
  /** Attempt of this queue item, from 0. */
  readonly attempt: number;
  /** Retries + 1. */
  readonly maxAttempts: number;
  /** «Plan every step»: true while parallel steps are outstanding. */
  readonly disableImmediateExecution: boolean;
  /** Memoized steps in the order they finished, in which the SDK resolves them. */
  readonly stack: readonly StepId[];
  /** Place in the stack, from 1, of the step that caused this call; 0 at the start. */
  readonly stackCurrent: number;
  /** New for every request. */
  readonly requestId: string;
  /** How often the queue item was dispatched, from 1; SDKs echo it in checkpoints. */
  readonly generationId: number;
  readonly jobId: string;
  /** Reference to the queue item; SDKs echo it in checkpoints. */
  readonly queueItemRef: string;
}

/** Everything the body of a call is made of. */
export interface CallRequestParts {
  readonly ctx: CallContext;
  /** The run's events as `eventJson` writes them; the first is the one the function is called with. */
  readonly eventJsons: readonly [JsonText, ...JsonText[]];
  /** Memos by step id; exactly the ids in the stack, plus inputs of steps to be run again. */
  readonly steps: Iterable<readonly [StepId, JsonText]>;
  /** What the SDK may know of deferred functions; canonical object, `{}` when absent. */
  readonly defers?: JsonText;
  /** Request version: -1 until the run's first 206, then what that answer said. */
  readonly version: number;
  /** Leaves out events and memos, which the SDK fetches instead because they are too large. */
  readonly useApi: boolean;
}

/** The request version of a run whose SDK has not said which it speaks. */
export const requestVersionUnknown = -1;
/** The step id of a call that lets the function run on from where it is. */
export const discoveryStepId = "step";

/**
 * Writes the body of a call.
 *
 * The parts are canonical and the keys alphabetical, so the result is canonical and can be signed as it is.
 */
export function buildCallBody(parts: CallRequestParts): JsonText {
  const { ctx, useApi } = parts;
  const [event] = parts.eventJsons;
  const events = useApi ? "[]" : spliceList(parts.eventJsons);
  const steps = useApi ? "{}" : spliceObject(parts.steps);
  return `{"ctx":${contextJson(ctx, useApi)},"defers":${parts.defers ?? "{}"},"event":${event},"events":${events},"steps":${steps},"use_api":${useApi},"version":${parts.version}}` as JsonText;
}

/** Gives the headers of a call; `stepId` is `discoveryStepId` or the planned step to run. */
export function callHeaders(o: {
  readonly ctx: CallContext;
  readonly stepId: string;
  readonly version: number;
  /** As `signRequest` gives it; `null` without a signing key. */
  readonly signature: string | null;
}): Record<string, string> {
  return {
    "content-type": "application/json",
    [headers.generationId]: String(o.ctx.generationId),
    [headers.jobId]: headerText(o.ctx.jobId),
    [headers.requestId]: o.ctx.requestId,
    [headers.requestVersion]: String(o.version),
    [headers.runId]: o.ctx.runId,
    [headers.stepId]: headerText(o.stepId),
    ...(o.signature === null ? {} : { [headers.signature]: o.signature }),
  };
}

/** SDKs hash their ids, but nothing says that they must: what a header cannot hold is encoded as in the URL. */
function headerText(id: string): string {
  return /^[\x21-\x7e]*$/.test(id) ? id : encodeURIComponent(id.toWellFormed());
}

function contextJson(ctx: CallContext, useApi: boolean): string {
  const stack = ctx.stack.map(jsonString).join(",");
  return `{"attempt":${ctx.attempt},"disable_immediate_execution":${ctx.disableImmediateExecution},"env":"","fn_id":${jsonString(ctx.functionId)},"generation_id":${ctx.generationId},"job_id":${jsonString(ctx.jobId)},"max_attempts":${ctx.maxAttempts},"qi_id":${jsonString(ctx.queueItemRef)},"request_id":${jsonString(ctx.requestId)},"run_id":${jsonString(ctx.runId)},"stack":{"current":${ctx.stackCurrent},"stack":[${stack}]},"step_id":"${discoveryStepId}","use_api":${useApi}}`;
}

/** Tells whether an SDK fetches a state too large for a call; Go's takes what the call carries, and up to 100 MiB of it. */
export function fetchesState(sdk: string | null): boolean {
  return !/^(?:inngest-)?go:/.test(sdk ?? "");
}
