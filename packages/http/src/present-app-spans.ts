// Spans of an app's own code in the trace of REST v2, by the steps that they belong to.
import { type AppSpan, type AppSpanTree, placeAppSpans, type Span } from "@stepwright/engine";
import type { JsonObject } from "@stepwright/protocol";
import { functionStepId } from "./present-steps.ts";
import { given, protoTime } from "./rest-v2.ts";

/** The spans below a step, by its id; under null those of the run itself. */
export type AppSpansOfSteps = ReadonlyMap<string | null, readonly JsonObject[]>;

/** Presents them. */
export function presentAppSpans(spans: readonly Span[], own: readonly AppSpan[]): AppSpansOfSteps {
  const steps = new Map(spans.map(({ id, stepId }) => [id, stepId ?? functionStepId]));
  const shown = new Map<string | null, JsonObject[]>();
  for (const [spanId, trees] of placeAppSpans(spans, own)) {
    const stepId = spanId === null ? null : (steps.get(spanId) ?? null);
    shown.set(stepId, [...(shown.get(stepId) ?? []), ...trees.map(presentTree)]);
  }
  return shown;
}

function presentTree({ span, children }: AppSpanTree): JsonObject {
  const durationMs = span.endedAt - span.startedAt;
  return given({
    children: children.map(presentTree),
    durationMs: durationMs === 0 ? "" : String(durationMs),
    endedAt: protoTime(span.endedAt),
    id: span.id,
    name: span.name,
    queuedAt: protoTime(span.startedAt),
    startedAt: protoTime(span.startedAt),
    status: span.status === "failed" ? "FAILED" : "COMPLETED",
  });
}
