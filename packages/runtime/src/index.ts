// The imperative shell: loops that read, ask the core, commit and call.
export type * from "./ports.ts";
export type * from "./runtime.ts";
