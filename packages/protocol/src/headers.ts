// The names of all headers of the protocol, in lower case as Node gives them.

/** Names of the protocol's headers. */
export const headers = {
  accountId: "account-id",
  authorization: "authorization",
  eventIdSeed: "x-inngest-event-id-seed",
  env: "x-inngest-env",
  expectedServerKind: "x-inngest-expected-server-kind",
  forceStepPlan: "x-inngest-force-step-plan",
  framework: "x-inngest-framework",
  generationId: "x-inngest-generation-id",
  jobId: "x-inngest-job-id",
  noRetry: "x-inngest-no-retry",
  platform: "x-inngest-platform",
  requestId: "x-request-id",
  requestVersion: "x-inngest-req-version",
  retryAfter: "retry-after",
  runId: "x-run-id",
  sdk: "x-inngest-sdk",
  sdkHandled: "x-inngest-sdk-handled",
  serverKind: "x-inngest-server-kind",
  signature: "x-inngest-signature",
  stepId: "x-inngest-step-id",
  syncKind: "x-inngest-sync-kind",
  traceparent: "traceparent",
  tracestate: "tracestate",
} as const;

/** The kind of server an SDK asks for: `dev` without keys, `cloud` with. */
export type ServerKind = "dev" | "cloud";
