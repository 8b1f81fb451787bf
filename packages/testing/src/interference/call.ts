// What a request to an app is about.
import { discoveryStepId, headers } from "@stepwright/protocol";
import type { OutgoingRequest } from "@stepwright/runtime";

/** A call of a function. */
export interface Call {
  readonly request: OutgoingRequest;
  readonly functionSlug: string;
  readonly runId: string;
  /** Hashed id of the one step that is to run; null when the function runs on from where it is. */
  readonly stepId: string | null;
}

/** Reads a request; null when it is none to a function: a sync, or a request that a step asked for. */
export function readCall(request: OutgoingRequest): Call | null {
  const runId = request.headers[headers.runId];
  if (runId === undefined) return null;
  const { searchParams } = new URL(request.url);
  const functionSlug = searchParams.get("fnId");
  if (functionSlug === null) return null;
  const stepId = searchParams.get("stepId") ?? discoveryStepId;
  return { request, functionSlug, runId, stepId: stepId === discoveryStepId ? null : stepId };
}
