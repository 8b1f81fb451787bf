// The public face of the package: the server, what it is built from, and the seat of its files.
export type { FastifyInstance as HttpServer } from "fastify";
export { buildServer, type ServerDeps, type ServerInfo } from "./server.ts";
export type { Access } from "./access.ts";
export { contentTypeOf, noAssets, type Asset, type Assets } from "./assets.ts";
export { createMetrics, type Metrics } from "./metrics.ts";
export { bodyBytesMaxDefault } from "./limits.ts";
export { answerBrokenRequest } from "./broken-request.ts";
export type { GraphqlApi, GraphqlRequest, LoadGraphql } from "./graphql-api.ts";
export type {
  FaultRule,
  PendingWork,
  RandomFaults,
  StepStubRule,
  TestClockState,
  TestControls,
} from "./test-controls.ts";
