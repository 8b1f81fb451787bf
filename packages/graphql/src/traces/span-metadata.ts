// What user code has attached to a run and its steps, by the spans that show it.
import { metadataScope } from "@stepwright/engine";
import { parseJsonText } from "@stepwright/protocol";
import type { SpanSource } from "./read-trace.ts";

/** The metadata of a span: that of the run at its root, that of a step and its attempts at the step as a whole. */
export function metadataOf(source: SpanSource): readonly object[] {
  return source.metadata
    .filter(({ target }) => (target.stepId === null ? source.parent === null : isOfStep(source, target.stepId)))
    .map(({ target, kind, values, updatedAt }) => ({
      scope: metadataScope(target),
      kind,
      values: parseJsonText(values),
      updatedAt,
    }));
}

/** Steps are named by their id, or by their name. */
function isOfStep({ span, parent }: SpanSource, step: string): boolean {
  return parent?.parent === null && span.stepID !== null && (span.stepID === step || span.name === step);
}
