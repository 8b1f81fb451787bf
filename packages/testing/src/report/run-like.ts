// What reports and matchers take for a run: the handle of a test engine, or what the API answers.
import type { ApiRun } from "@stepwright/protocol";

/** A run of a test engine, or one as `GET /api/runs/:id` answers it. */
export type RunLike = ApiRun | { readonly details: ApiRun };

/** The run itself. */
export function runOf(run: RunLike): ApiRun {
  return "details" in run ? run.details : run;
}

/** Says whether a value is a run. */
export function isRunLike(value: unknown): value is RunLike {
  return isApiRun(value) || (isRecord(value) && isApiRun(value["details"]));
}

function isApiRun(value: unknown): value is ApiRun {
  return (
    isRecord(value) &&
    typeof value["functionSlug"] === "string" &&
    Array.isArray(value["steps"]) &&
    Array.isArray(value["doing"])
  );
}

/** Says whether a value has properties to look at. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
