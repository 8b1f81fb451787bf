// Builders of runs and steps for tests and for the fixture server: say what matters, the rest is filled in.
import type { ApiActivity, ApiAttempt, ApiDoing, ApiError, ApiRun, ApiStep } from "@stepwright/protocol";

/** Makes a completed run that began at 0; override what the case is about. */
export function sampleRun(facts: Partial<ApiRun> = {}): ApiRun {
  return {
    id: "01JD000000000000000000RUN1",
    status: "completed",
    functionSlug: "my-app-process-csv-upload",
    functionName: "process-csv-upload",
    appName: "my-app",
    trigger: { eventName: "file/uploaded", eventId: "01JD0000000000000000000EV1", cron: null },
    queuedAt: 0,
    startedAt: 0,
    endedAt: 1_000,
    summary: null,
    activity: activityOf(facts),
    output: null,
    error: null,
    events: [],
    steps: [],
    doing: [],
    invokedBy: null,
    originalRunId: null,
    reruns: [],
    functionVersion: 1,
    metadata: [],
    ...facts,
  };
}

/** What the server would make of the first thing the run does. */
function activityOf({ doing: [first] = [] }: Partial<ApiRun>): ApiActivity | null {
  switch (first?.kind) {
    case undefined:
    case "other":
      return null;
    case "calling":
      return { kind: "calling", until: null, waitsFor: null };
    case "queued":
    case "retrying":
    case "sleeping":
      return { kind: first.kind, until: first.at, waitsFor: first.waitsFor };
    case "waitingForEvent":
    case "waitingForSignal":
    case "waitingForRun":
      return { kind: "waiting", until: first.at, waitsFor: null };
  }
}

/** Makes a step that ran once from 100 to 200. */
export function sampleStep(facts: Partial<ApiStep> = {}): ApiStep {
  const name = facts.name ?? "parse-csv";
  return {
    id: `id-of-${name}`,
    name,
    kind: "step",
    status: "completed",
    queuedAt: 100,
    startedAt: 100,
    endedAt: 200,
    input: null,
    output: null,
    error: null,
    attempts: [sampleAttempt({ queuedAt: 100, startedAt: 100, endedAt: 200 })],
    nextAttemptAt: null,
    maxAttempts: 3,
    detail: {},
    ...facts,
  };
}

/** Makes an attempt; one with an error has failed. */
export function sampleAttempt(facts: Partial<ApiAttempt> = {}): ApiAttempt {
  const status = facts.error == null ? "completed" : "failed";
  return { attempt: 0, status, queuedAt: 0, startedAt: 0, endedAt: 0, error: null, ...facts };
}

/** Makes an error thrown in the user's own code. */
export function sampleError(message: string, facts: Partial<ApiError> = {}): ApiError {
  const stack = [
    `Error: ${message}`,
    "    at insertRows (/home/ana/shop/src/inngest/process-csv.ts:42:11)",
    "    at async /home/ana/shop/src/inngest/process-csv.ts:60:5",
    "    at async runStep (/home/ana/shop/node_modules/inngest/components/execution/engine.js:800:9)",
    "    at process.processTicksAndRejections (node:internal/process/task_queues:103:5)",
  ].join("\n");
  return { name: "Error", message, stack, cause: null, noAnswer: null, ...facts };
}

/** Makes something an unfinished run does. */
export function sampleDoing(facts: Partial<ApiDoing> = {}): ApiDoing {
  return {
    kind: "calling",
    stepId: null,
    stepName: null,
    at: null,
    attempt: 0,
    event: null,
    expression: null,
    waitsFor: null,
    ...facts,
  };
}
