// The schema that clients of the protocol were written against. Its names are theirs; ours would be others.

/** The schema as SDL. */
export const schemaText = `
"An RFC 3339 date in UTC."
scalar Time
scalar ULID
scalar UUID
"Text as it is stored; not base64."
scalar Bytes
scalar Map
"Any JSON."
scalar Unknown
scalar Int64
scalar SpanMetadataKind
scalar SpanMetadataScope
scalar SpanMetadataValues
scalar HTTPHeaders

type Query {
  apps(filter: AppsFilterV1): [App!]!
  app(id: UUID!): App
  functions: [Function!]
  functionBySlug(query: FunctionQuery!): Function
  event(query: EventQuery!): Event
  events(query: EventsQuery!): [Event!] @deprecated(reason: "eventsV2 has pages")
  eventV2(id: ULID!): EventV2!
  eventsV2(first: Int! = 40, after: String, filter: EventsFilter!): EventsConnection!
  "The newest events with the runs that they started."
  stream(query: StreamQuery!): [StreamItem!]!
  functionRun(query: FunctionRunQuery!): FunctionRun
  run(runID: String!): FunctionRunV2
  runs(first: Int! = 100, after: String, orderBy: [RunsV2OrderBy!]!, filter: RunsFilterV2!, preview: Boolean): RunsV2Connection!
  runTrigger(runID: String!): RunTraceTrigger!
  runTrace(runID: String!): RunTraceSpan!
  runTraceSpanOutputByID(outputID: String!): RunTraceSpanOutput!
  workerConnections(first: Int! = 100, after: String, orderBy: [ConnectV1WorkerConnectionsOrderBy!]!, filter: ConnectV1WorkerConnectionsFilter!): ConnectV1WorkerConnectionsConnection!
  workerConnection(connectionId: ULID!): ConnectV1WorkerConnection
}

type Mutation {
  createApp(input: CreateAppInput!): App!
  updateApp(input: UpdateAppInput!): App!
  deleteApp(id: String!): String!
  deleteAppByName(name: String!): Boolean!
  invokeFunction(data: Map, functionSlug: String!, meta: Map, user: Map, debugSessionID: ULID, debugRunID: ULID): Boolean
  cancelRun(runID: ULID!): FunctionRun!
  rerun(runID: ULID!, fromStep: RerunFromStepInput, debugSessionID: ULID, debugRunID: ULID): ULID!
  createDebugSession(input: CreateDebugSessionInput!): CreateDebugSessionResponse!
}

input AppsFilterV1 { method: AppMethod }
enum AppMethod { SERVE CONNECT API }
input FunctionQuery { workspaceId: ID! = "local" functionSlug: String! }
input EventQuery { workspaceId: ID! = "local" eventId: ID! }
input EventsQuery { workspaceId: ID! = "local" lastEventId: ID }
input EventsFilter {
  eventNames: [String!]
  from: Time!
  until: Time
  includeInternalEvents: Boolean! = false
  "CEL lines about \`event\`, all of which have to hold."
  query: String
}
input StreamQuery { after: ID before: ID limit: Int! = 20 includeInternalEvents: Boolean }
input FunctionRunQuery { workspaceId: ID! = "local" functionRunId: ID! }
input RunsFilterV2 {
  from: Time!
  until: Time
  timeField: RunsV2OrderByField = QUEUED_AT
  status: [FunctionRunStatus!]
  functionIDs: [UUID!]
  appIDs: [UUID!]
  isDeferred: Boolean
  "CEL lines about \`event\`, \`output\` and \`error\`, all of which have to hold."
  query: String
}
input RunsV2OrderBy { field: RunsV2OrderByField! direction: RunsOrderByDirection! }
enum RunsV2OrderByField { QUEUED_AT STARTED_AT ENDED_AT }
enum RunsOrderByDirection { ASC DESC }
input CreateAppInput { url: String! }
input UpdateAppInput { id: String! url: String! }
input RerunFromStepInput {
  "Name or hashed id of the step."
  stepID: String!
  "A JSON array: what the step is given instead of its input."
  input: Bytes
}
input CreateDebugSessionInput { workspaceId: ID! = "local" functionSlug: String! runID: String }
type CreateDebugSessionResponse { debugSessionID: ULID! debugRunID: ULID! }

type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
type Workspace { id: ID! }

type App {
  id: ID!
  externalID: String!
  name: String!
  sdkLanguage: String!
  sdkVersion: String!
  framework: String
  appVersion: String
  url: String
  checksum: String
  error: String
  method: AppMethod!
  functions: [Function!]!
  functionCount: Int!
  connected: Boolean!
  autodiscovered: Boolean!
  sdkFeatureReadiness: SDKFeatureReadiness!
}
type SDKFeatureReadiness { aiMetadataExtraction: SDKFeatureStatus extendedTraces: SDKFeatureStatus }
type SDKFeatureStatus { ready: Boolean! reason: Int }
type Function {
  id: String!
  name: String!
  slug: String!
  config: String!
  url: String!
  appID: String!
  app: App!
  concurrency: Int!
  triggers: [FunctionTrigger!]
  failureHandler: Function
  configuration: FunctionConfiguration!
}
type FunctionTrigger { type: FunctionTriggerTypes! value: String! condition: String }
enum FunctionTriggerTypes { EVENT CRON }
type FunctionConfiguration {
  cancellations: [CancellationConfiguration!]!
  retries: RetryConfiguration!
  priority: String
  eventsBatch: EventsBatchConfiguration
  concurrency: [ConcurrencyConfiguration!]!
  rateLimit: RateLimitConfiguration
  debounce: DebounceConfiguration
  throttle: ThrottleConfiguration
  singleton: SingletonConfiguration
}
type CancellationConfiguration { event: String! timeout: String condition: String }
type RetryConfiguration { value: Int! isDefault: Boolean }
type EventsBatchConfiguration { maxSize: Int! timeout: String! key: String }
type ConcurrencyConfiguration { scope: ConcurrencyScope! limit: ConcurrencyLimitConfiguration! key: String }
enum ConcurrencyScope { ACCOUNT ENVIRONMENT FUNCTION }
type ConcurrencyLimitConfiguration { value: Int! isPlanLimit: Boolean }
type RateLimitConfiguration { limit: Int! period: String! key: String }
type DebounceConfiguration { period: String! key: String }
type ThrottleConfiguration { burst: Int! key: String limit: Int! period: String! }
type SingletonConfiguration { mode: SingletonMode! key: String }
enum SingletonMode { SKIP CANCEL }

type Event {
  id: ULID!
  externalID: String
  workspace: Workspace
  name: String
  createdAt: Time
  payload: String
  schema: String
  status: EventStatus
  pendingRuns: Int
  totalRuns: Int
  raw: String
  functionRuns: [FunctionRun!]
}
enum EventStatus { RUNNING COMPLETED PAUSED FAILED PARTIALLY_FAILED NO_FUNCTIONS }
type EventV2 {
  envID: UUID!
  id: ULID!
  idempotencyKey: String
  name: String!
  occurredAt: Time!
  raw: String!
  receivedAt: Time!
  runs: [FunctionRunV2!]!
  source: EventSource
  version: String
}
type EventSource { id: ID! name: String sourceKind: String! }
type EventsConnection { edges: [EventsEdge!]! pageInfo: PageInfo! totalCount: Int! }
type EventsEdge { node: EventV2! cursor: String! }
type StreamItem { id: ID! trigger: String! type: StreamType! createdAt: Time! runs: [FunctionRun] inBatch: Boolean! }
enum StreamType { EVENT CRON }

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

enum ConnectV1ConnectionStatus { CONNECTED READY DRAINING DISCONNECTING DISCONNECTED }
enum ConnectV1WorkerConnectionsOrderByField { CONNECTED_AT LAST_HEARTBEAT_AT DISCONNECTED_AT }
enum ConnectV1WorkerConnectionsOrderByDirection { ASC DESC }
input ConnectV1WorkerConnectionsOrderBy {
  field: ConnectV1WorkerConnectionsOrderByField!
  direction: ConnectV1WorkerConnectionsOrderByDirection!
}
input ConnectV1WorkerConnectionsFilter {
  from: Time
  until: Time
  timeField: ConnectV1WorkerConnectionsOrderByField = CONNECTED_AT
  status: [ConnectV1ConnectionStatus!]
  appIDs: [UUID!]
}
type ConnectV1WorkerConnection {
  id: ULID!
  gatewayId: ULID!
  instanceId: String!
  workerIp: String!
  maxWorkerConcurrency: Int64!
  appName: String
  appID: UUID
  app: App
  connectedAt: Time!
  lastHeartbeatAt: Time
  disconnectedAt: Time
  disconnectReason: String
  status: ConnectV1ConnectionStatus!
  groupHash: String!
  sdkLang: String!
  sdkVersion: String!
  sdkPlatform: String!
  syncId: UUID
  buildId: String
  appVersion: String
  functionCount: Int!
  cpuCores: Int!
  memBytes: Int!
  os: String!
}
type ConnectV1WorkerConnectionsConnection { edges: [ConnectV1WorkerConnectionEdge!]! pageInfo: PageInfo! totalCount: Int! }
type ConnectV1WorkerConnectionEdge { node: ConnectV1WorkerConnection! cursor: String! }
`;
