// The schema that clients of the protocol were written against: traces and outputs.

/** As SDL. */
export const tracesText = `
enum RunTraceSpanStatus { QUEUED RUNNING WAITING COMPLETED FAILED CANCELLED SKIPPED }
enum StepOp { RUN SLEEP WAIT_FOR_EVENT INVOKE AI_GATEWAY WAIT_FOR_SIGNAL }
type RunTraceSpan {
  appID: UUID!
  functionID: UUID!
  runID: ULID!
  run: FunctionRun!
  spanID: String!
  traceID: String!
  groupID: String
  parentSpanID: String
  parentSpan: RunTraceSpan
  isRoot: Boolean!
  name: String!
  status: RunTraceSpanStatus!
  attempts: Int
  duration: Int
  outputID: String
  queuedAt: Time!
  scheduledAt: Time
  startedAt: Time
  endedAt: Time
  childrenSpans: [RunTraceSpan!]!
  stepOp: StepOp
  stepID: String
  stepType: String!
  stepInfo: StepInfo
  isUserland: Boolean!
  userlandSpan: UserlandSpan
  debugRunID: ULID
  debugSessionID: ULID
  debugPaused: Boolean!
  skipReason: String
  skipExistingRunID: String
  metadata: [SpanMetadata!]!
  response: RunTraceSpanResponseInfo
}
union StepInfo = InvokeStepInfo | SleepStepInfo | WaitForEventStepInfo | RunStepInfo | WaitForSignalStepInfo
type InvokeStepInfo { triggeringEventID: ULID! functionID: String! timeout: Time! returnEventID: ULID runID: ULID timedOut: Boolean }
type SleepStepInfo { sleepUntil: Time! }
type WaitForEventStepInfo { eventName: String! expression: String timeout: Time! foundEventID: ULID timedOut: Boolean }
type WaitForSignalStepInfo { signal: String! timeout: Time! timedOut: Boolean }
type RunStepInfo { type: String }
type SpanMetadata { scope: SpanMetadataScope! kind: SpanMetadataKind! values: SpanMetadataValues! updatedAt: Time! }
type RunTraceSpanResponseInfo { statusCode: Int! headers: HTTPHeaders! }
type UserlandSpan {
  spanName: String
  spanKind: String
  serviceName: String
  resourceAttrs: Bytes
  scopeName: String
  scopeVersion: String
  spanAttrs: Bytes
}
type RunTraceSpanOutput { input: Bytes data: Bytes error: StepError }
type StepError { message: String! name: String stack: String cause: Unknown }
`;
