// The schema that clients of the protocol were written against: what arguments are made of.

/** As SDL. */
export const inputsText = `
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
`;
