// The pure core: state and input in, effects out.
export type * from "./effects.ts";
export type * from "./event.ts";
export type * from "./pause.ts";
export * from "./queue-item.ts";
export * from "./run.ts";
export type * from "./span.ts";
export type * from "./step.ts";
