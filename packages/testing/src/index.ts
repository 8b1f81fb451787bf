// The public face of the package: the engine for tests.
import "./require-node.ts";
export { createTestEngine } from "./create-test-engine.ts";
export type { FetchHandler, RouteHandlers } from "./in-process-apps.ts";
export type { TestClock } from "./test-clock.ts";
export type * from "./test-engine.ts";
export type * from "./test-run.ts";
export { RunNotCompletedError } from "./test-run-handle.ts";
export { createVirtualClock, type VirtualClock, type VirtualClockOptions } from "./virtual-clock.ts";
export { createRig, type Rig, type RigOptions } from "./rig.ts";
export { startRig, type StartedRig, type StartOptions } from "./start-rig.ts";
export type { RunLike } from "./report/run-like.ts";
export { saveRun, type SaveRunOptions } from "./report/save-run.ts";
export { traceSnapshot, type TraceSnapshot, type TraceStep } from "./report/trace-snapshot.ts";
export { waterfall, type WaterfallOptions } from "./report/waterfall.ts";
