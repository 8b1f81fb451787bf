// What ties the spans of an app's own code to its run: the trace that a call is part of, as the call's headers name it, and the reference
// that SDKs give back with every span they export (`inngest.traceref`, sdk-protocol.md §5.2).
import { headers } from "./headers.ts";
import {
  type AppId,
  asRunId,
  asStepId,
  type FunctionId,
  isUlid,
  type Millis,
  millis,
  type RunId,
  type StepId,
  ulidBits,
  ulidOfBits,
} from "./ids.ts";
import { isJsonObject, tryParseJson } from "./json.ts";

/** The call that a span was made in. */
export interface TraceRef {
  readonly runId: RunId;
  /** When the call began; null for a reference that does not tell. */
  readonly calledAt: Millis | null;
  /** The step that the call asked for; null for one that goes on with the function. */
  readonly stepId: StepId | null;
}

/** The members of `tracestate` have at most 256 characters; the ids of published SDKs have 40. */
const stepIdLengthMax = 64;

/** The id of a run's trace: the bits of the run's id, so that either tells the other. */
export function traceIdOf(runId: RunId): string {
  return ulidBits(runId);
}

/** Writes the headers that make a call part of its run's trace; none for a run whose id is no ULID. */
export function traceHeaders(o: {
  readonly runId: RunId;
  readonly appId: AppId;
  readonly functionId: FunctionId;
  /** Unique per request; the span of the call is named after it. */
  readonly requestId: string;
  readonly calledAt: Millis;
  /** Null for a call that goes on with the function. */
  readonly stepId: StepId | null;
}): Record<string, string> {
  if (!isUlid(o.runId) || !isUlid(o.requestId)) return {};
  const parent = `00-${traceIdOf(o.runId)}-${ulidBits(o.requestId).slice(16)}-01`;
  return {
    [headers.traceparent]: parent,
    [headers.tracestate]: `inngest@traceref=${encodedRef(parent, o)},inngest@fn=${o.functionId},inngest@app=${o.appId}`,
  };
}

/** The reference in the encoding of URLs: spelled out, as every call has one and nothing in it but the step needs encoding. */
function encodedRef(
  parent: string,
  { calledAt, stepId }: { readonly calledAt: Millis; readonly stepId: StepId | null },
): string {
  const isNamed = stepId !== null && stepId.length <= stepIdLengthMax;
  const step = isNamed ? `%2C%22step%22%3A${encodeURIComponent(JSON.stringify(stepId))}` : "";
  return `%7B%22tp%22%3A%22${parent}%22%2C%22ts%22%3A%22%22%2C%22at%22%3A${calledAt}${step}%7D`;
}

/** Reads a reference; null for what is none of ours. */
export function readTraceRef(text: string): TraceRef | null {
  const ref = tryParseJson(decoded(text));
  if (!isJsonObject(ref) || typeof ref["tp"] !== "string") return null;
  const bits = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(ref["tp"])?.[1];
  if (bits === undefined) return null;
  const { at, step } = ref;
  return {
    runId: asRunId(ulidOfBits(bits)),
    calledAt: typeof at === "number" && Number.isSafeInteger(at) ? millis(at) : null,
    stepId: typeof step === "string" && step.length <= stepIdLengthMax ? asStepId(step) : null,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
