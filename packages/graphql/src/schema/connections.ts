// The schema that clients of the protocol were written against: connections of apps that connect by themselves.

/** As SDL. */
export const connectionsText = `
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
