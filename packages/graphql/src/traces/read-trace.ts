// Reads what is stored about the course of a run and renders it.
import type { Run, RunMetadata } from "@stepwright/engine";
import { asRunId, type EventId, parseJsonText } from "@stepwright/protocol";
import type { Context } from "../context.ts";
import { sentText } from "../event-words.ts";
import { failure } from "../failure.ts";
import { legacyTree } from "./legacy-tree.ts";
import { previewTree } from "./preview-tree.ts";
import { detailOf, textIn } from "./span-detail.ts";
import type { TraceSpan } from "./trace-span.ts";

/** A span with what its fields are read off: its run, and the span above it. */
export interface SpanSource {
  readonly span: TraceSpan;
  readonly run: Run;
  readonly isPreview: boolean;
  /** Of the whole run. */
  readonly metadata: readonly RunMetadata[];
  /** Null for the run's own. */
  readonly parent: SpanSource | null;
}

/** Reads and renders the trace of a run. */
export async function readTrace(
  { id }: Run,
  { isPreview }: { readonly isPreview: boolean },
  context: Context,
): Promise<SpanSource> {
  const { runs } = context.runtime.storage;
  // The run is read last: a commit in between then shows as steps too many, never as a run that has ended and still waits.
  const [steps, spans, open, metadata, appSpans, events] = await Promise.all([
    context.stepsOf(id),
    context.spansOf(id),
    context.openOf(id),
    runs.metadata(id),
    runs.appSpans(id),
    context.eventsOf(id),
  ]);
  const run = await runs.get(id);
  if (run === null) throw failure(`run not found: ${id}`);
  const [first] = events;
  const triggerEvent = first === undefined ? null : parseJsonText(sentText(first, await context.dataOf(first)));
  const children = spans.flatMap((span) =>
    span.kind === "invoke" ? (textIn(detailOf(span)["childRunId"]) ?? []) : [],
  );
  const ends = await Promise.all(
    children.map(async (child): Promise<readonly [string, EventId | null]> => [
      child,
      await context.endOf(asRunId(child)),
    ]),
  );
  const render = isPreview ? previewTree : legacyTree;
  const span = render(
    { run, steps, spans, items: open?.items ?? [], appSpans },
    { triggerEvent, endOf: new Map(ends), isPreview },
  );
  return { span, run, isPreview, metadata, parent: null };
}
