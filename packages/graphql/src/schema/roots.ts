// The schema that clients of the protocol were written against: scalars, and what is asked and changed.

/** As SDL. */
export const rootsText = `
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
`;
