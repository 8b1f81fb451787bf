// The pure core: state and input in, effects out. No I/O, no clock, no chance of its own.
export * from "./app-span.ts";
export * from "./assert.ts";
export * from "./build-request.ts";
export * from "./call.ts";
export * from "./cancel.ts";
export * from "./cancellation.ts";
export * from "./checkpoint.ts";
export * from "./cron.ts";
export type * from "./effects.ts";
export type * from "./event.ts";
export { type Admission, admissionKeys, type AdmissionState } from "./flow/admission.ts";
export { admit } from "./flow/admit.ts";
export * from "./flow/backlog.ts";
export type { BatchedEvent, OpenBatch } from "./flow/batch.ts";
export type { DebounceWindow } from "./flow/debounce.ts";
export { type Drop, type DropReason, dropStart, type SkipReason } from "./flow/drop.ts";
export * from "./flow/gate.ts";
export { gateLimits, type RunFlow } from "./flow/run-flow.ts";
export { chargeStart } from "./flow/throttle.ts";
export * from "./from-step.ts";
export * from "./lifecycle.ts";
export * from "./match.ts";
export * from "./match-event.ts";
export { type GatewayResult, gatewayAnswered } from "./ops/gateway.ts";
export type * from "./pause.ts";
export * from "./metadata.ts";
export * from "./postpone-call.ts";
export * from "./queue-item.ts";
export * from "./read-response.ts";
export * from "./redrive.ts";
export * from "./registry.ts";
export * from "./resume.ts";
export * from "./retention.ts";
export * from "./retry-set-aside.ts";
export { nextAttemptAt, type RetryPolicy } from "./retry.ts";
export * from "./run.ts";
export { runTimedOut } from "./run-timeout.ts";
export type * from "./span.ts";
export * from "./start-run.ts";
export {
  advance,
  closeDraft,
  type Decision,
  type DecisionContext,
  openDraft,
  type RunEvent,
  type RunState,
} from "./state.ts";
export type * from "./step.ts";
export * from "./sync.ts";
