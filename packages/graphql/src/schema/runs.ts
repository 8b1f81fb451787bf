// The schema that clients of the protocol were written against: runs in both shapes, and their lists.

/** As SDL. */
export const runsText = `
enum FunctionRunStatus { QUEUED RUNNING COMPLETED FAILED CANCELLED SKIPPED }
type FunctionRun {
  id: ID!
  functionID: String!
  function: Function
  workspace: Workspace
  event: Event
  events: [Event!]!
  eventID: ID!
  batchID: ULID
  batchCreatedAt: Time
  status: FunctionRunStatus
  waitingFor: StepEventWait
  pendingSteps: Int
  startedAt: Time
  finishedAt: Time
  output: String
  cron: String
  history: [RunHistoryItem!]! @deprecated(reason: "always empty; run.trace has the steps")
  historyItemOutput(id: ULID!): String @deprecated(reason: "always null; runTraceSpanOutputByID has the outputs")
}
type StepEventWait { eventName: String expression: String expiryTime: Time! }
type RunHistoryItem {
  id: ULID!
  type: String!
  attempt: Int!
  createdAt: Time!
  functionVersion: Int!
  groupID: UUID
  stepName: String
  stepType: String
  url: String
}

type FunctionRunV2 {
  id: ULID!
  appID: UUID!
  app: App!
  functionID: UUID!
  function: Function!
  traceID: String!
  queuedAt: Time!
  startedAt: Time
  endedAt: Time
  status: FunctionRunStatus!
  sourceID: String
  triggerIDs: [ULID!]!
  eventName: String
  isBatch: Boolean!
  batchCreatedAt: Time
  cronSchedule: String
  output: Bytes
  hasAI: Boolean!
  "Its steps as a tree: with \`preview\` one span per step, else one per call and named after what it did."
  trace(preview: Boolean): RunTraceSpan
  defers: [RunDefer!]!
  siblingDefers: [RunDefer!]!
  deferredFrom: [RunDeferredFrom!]!
  isDeferred: Boolean!
}
type RunsV2Connection { edges: [FunctionRunV2Edge!]! pageInfo: PageInfo! totalCount(preview: Boolean): Int! }
type FunctionRunV2Edge { node: FunctionRunV2! cursor: String! }
type RunDefer {
  hashedDeferID: String!
  userlandDeferID: String!
  fnSlug: String!
  status: RunDeferStatus!
  function: Function
  runID: ULID
  run: FunctionRunV2
}
enum RunDeferStatus { SCHEDULED ABORTED REJECTED }
type RunDeferredFrom { runID: ULID! function: Function! run: FunctionRunV2 }
type RunTraceTrigger {
  eventName: String
  IDs: [ULID!]!
  payloads: [Bytes!]!
  timestamp: Time!
  isBatch: Boolean!
  batchID: ULID
  cron: String
}
`;
