// The imperative shell: loops that read, ask the core, commit and call.
export { createAppClient } from "./app-client.ts";
export { createByteGatherer } from "./byte-gatherer.ts";
export { createRuntime } from "./create-runtime.ts";
export * from "./limits.ts";
export type { CallOutcome, Observer } from "./observer.ts";
export type * from "./ports.ts";
export type * from "./runtime.ts";
export { defaultSettings } from "./settings.ts";
export { createRandom, createWallClock } from "./wall-clock.ts";
