// The schema that clients of the protocol were written against: events, their lists and the stream.

/** As SDL. */
export const eventsText = `
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
`;
