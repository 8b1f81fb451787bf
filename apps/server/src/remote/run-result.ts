// What came of runs that were waited for: in words, in JSON, and as an exit code.
import type { ApiError, ApiRun, JsonValue } from "@stepwright/protocol";
import { exitCodes } from "./exit-codes.ts";
import { oneLine } from "./table.ts";
import type { WaitedForRuns } from "./wait-for-runs.ts";

type Waited = Exclude<WaitedForRuns, { kind: "failed" }>;

/** What a script reads about a run that has ended. */
export interface RunResult {
  readonly id: string;
  readonly functionSlug: string;
  readonly status: ApiRun["status"];
  readonly output: JsonValue | null;
  readonly error: ApiError | null;
}

/** The result of a run. */
export function resultOf({ id, functionSlug, status, output, error }: ApiRun): RunResult {
  return { id, functionSlug, status, output, error };
}

/** A line about a run that has ended. */
export function resultText(run: ApiRun): string {
  return `${run.functionSlug} ${run.id} ${run.status}: ${endText(run)}\n`;
}

/** What a run has returned, or why it has not. */
export function endText({ status, output, error, summary }: ApiRun): string {
  if (status === "completed") return JSON.stringify(output);
  return error === null ? (summary ?? "no reason is given") : errorText(error);
}

/** An error in one line. */
export function errorText({ name, message }: ApiError): string {
  const line = oneLine(message);
  return line === "" ? name : name === "" ? line : `${name}: ${line}`;
}

/** The exit code of a command that has waited. */
export function exitCodeOf({ kind, runs }: Waited): number {
  if (runs.some(({ status }) => status !== "completed")) return exitCodes.runFailed;
  if (kind === "interrupted") return exitCodes.interrupted;
  return kind === "timeout" ? exitCodes.notEnded : exitCodes.done;
}

/** What is said about runs that go on. */
export function unfinishedRemarks({ unfinished }: Waited): readonly string[] {
  return unfinished.map((id) => `Run ${id} goes on; "stepwright doctor ${id}" says what it waits for.`);
}
