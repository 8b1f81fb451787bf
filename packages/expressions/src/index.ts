// The public surface of the package.
export { checkExpression, type ExpressionUse } from "./check.ts";
export { compile, type Compiled, type CompileResult } from "./compile.ts";
export {
  evaluate,
  judge,
  keyOf,
  matches,
  type EvaluateOptions,
  type EvaluationResult,
  type KeyResult,
} from "./evaluate.ts";
export type { Variables } from "./frame.ts";
export { planIndex, readTerm, type IndexPlan, type IndexTerm } from "./index-plan.ts";
export { interpolate, type Interpolated, type InterpolateOptions } from "./interpolate.ts";
export { lintExpression } from "./lint.ts";
export type { Position } from "./parse.ts";
