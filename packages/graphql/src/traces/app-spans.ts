// Spans of an app's own code, in the trace of its run.
import { type AppSpanTree, placeAppSpans } from "@stepwright/engine";
import type { TraceFacts } from "./group.ts";
import { plainSpan, type TraceSpan } from "./trace-span.ts";

/** Gives what is below a stored span, by its id; with null, what is the run's own. */
export type AppSpansBelow = (spanId: string | null) => readonly TraceSpan[];

/** Renders the spans of an app; in both renderings they look alike. */
export function appSpansBelow({ spans, appSpans }: TraceFacts): AppSpansBelow {
  const placed = placeAppSpans(spans, appSpans);
  return (spanId) => (placed.get(spanId) ?? []).map(renderTree);
}

function renderTree({ span, children }: AppSpanTree): TraceSpan {
  return {
    ...plainSpan,
    key: `app:${span.id}`,
    name: span.name,
    status: span.status === "failed" ? "FAILED" : "COMPLETED",
    queuedAt: span.startedAt,
    startedAt: span.startedAt,
    endedAt: span.endedAt,
    appSpan: span,
    children: children.map(renderTree),
  };
}
