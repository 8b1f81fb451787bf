// The public face of the package: the engine for tests, and its clock.
export type { FetchHandler, RouteHandlers } from "./in-process-apps.ts";
export type { RunFilter } from "./run-reader.ts";
export type { TestClock } from "./test-clock.ts";
export {
  startTestServer,
  type TestEvent,
  type TestRun,
  type TestServer,
  type TestServerOptions,
} from "./test-server.ts";
export { createVirtualClock, type VirtualClock, type VirtualClockOptions } from "./virtual-clock.ts";
