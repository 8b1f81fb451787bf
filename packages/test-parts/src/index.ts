// Parts that several harnesses have in common.
export { type Chance, createChance } from "./chance.ts";
export { type Child, type Program, startChild } from "./child.ts";
export { type CodeTree, type Found, type Replayed, replay, stepsOf } from "./code-tree.ts";
export { functionError, opsAnswer, type SdkMode, sdkHeaders, type WireOp } from "./sdk-answers.ts";
export { until } from "./until.ts";
