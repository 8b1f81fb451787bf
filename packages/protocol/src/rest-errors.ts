// Errors of what is asked for over the REST APIs: fields of bodies and queries, steps to begin at, bulk cancellations, invocations.
import { defineError, type ErrorRow } from "./define-error.ts";

/** A body or header lacks what the route needs. */
export const fieldMissing = defineError("FIELD_MISSING", 400, "{field} is required");
/** A field of a body, path or query has a value that the route cannot use. */
export const fieldInvalid = defineError("FIELD_INVALID", 400, "the request has an invalid value: {reason}");
/** A step was asked for by a name that several steps of the run have. */
export const stepAmbiguous = defineError(
  "STEP_AMBIGUOUS",
  400,
  'run {runId} has several steps named "{name}"; give the id of one: {ids}',
);
/** Arguments for a step that are no list. */
export const stepInputInvalid = defineError(
  "STEP_INPUT_INVALID",
  400,
  "the input for step {stepId} is not a JSON array; send the list of its arguments",
);
/** What a bulk cancellation asks for makes no sense. */
export const cancellationInvalid = defineError("CANCELLATION_INVALID", 400, "the cancellation is invalid: {reason}");
/** Somebody wants to cancel a run that is cancelled. */
export const runAlreadyCancelled = defineError("RUN_ALREADY_CANCELLED", 409, "run {runId} is already cancelled");
/** An invocation that a rate limit of the function dropped. */
export const invocationRateLimited = defineError(
  "INVOCATION_RATE_LIMITED",
  422,
  "the function's rate limit lets no more runs start now; invoke it again later",
);
/** An invocation that waits in a debounce, or lost its place in it. */
export const invocationDebounced = defineError(
  "INVOCATION_DEBOUNCED",
  422,
  "the invocation was debounced: a run starts with the last one when none came for a while",
);
/** An invocation that flow control let start nothing. */
export const invocationSkipped = defineError("INVOCATION_SKIPPED", 422, "the invocation was skipped: {reason}");
/** A checkpoint names a run that is not there. */
export const checkpointOfNoRun = defineError(
  "CHECKPOINT_OF_NO_RUN",
  400,
  "there is no run {runId} to store steps of; it may have been removed by retention",
);

/** The errors of the REST APIs. */
export const restErrors: readonly ErrorRow[] = [
  fieldMissing,
  fieldInvalid,
  stepAmbiguous,
  stepInputInvalid,
  cancellationInvalid,
  runAlreadyCancelled,
  invocationRateLimited,
  invocationDebounced,
  invocationSkipped,
  checkpointOfNoRun,
];
