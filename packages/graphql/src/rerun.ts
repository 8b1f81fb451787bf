// Runs a run again, from its beginning or from one of its steps.
import { asRunId, canonicalJson, type JsonValue, type RunId, tryParseJson } from "@stepwright/protocol";
import type { Runtime } from "@stepwright/runtime";
import { failure } from "./failure.ts";

/** The arguments of the mutation. */
export interface RerunArgs {
  readonly runID: string;
  readonly fromStep?: {
    /** Name or hashed id of a step. */
    readonly stepID: string;
    /** A JSON array. */
    readonly input?: string | null;
  } | null;
}

/** Starts the new run and gives its id. */
export async function rerunRun(runtime: Runtime, { runID, fromStep }: RerunArgs): Promise<RunId> {
  const runId = asRunId(runID);
  if ((await runtime.storage.runs.get(runId)) === null) throw failure(`run not found: ${runID}`);
  if (fromStep == null) return runtime.rerun(runId);
  const { stepID: stepId, input } = fromStep;
  if (input == null) return runtime.rerun(runId, { fromStep: { stepId } });
  return runtime.rerun(runId, { fromStep: { stepId, input: canonicalJson(readArguments(input)) } });
}

function readArguments(text: string): readonly JsonValue[] {
  const value = tryParseJson(text);
  if (!Array.isArray(value)) throw failure("input is not a valid JSON array");
  return value;
}
