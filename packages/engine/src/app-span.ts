// Spans of an app's own code, which its OpenTelemetry SDK exports: kept with the run for people to see. The engine never looks at them.
import type { JsonText, Millis, StepId } from "@stepwright/protocol";
import type { Span } from "./span.ts";

/** A span of an app's own. */
export interface AppSpan {
  /** Unique within the run: one that is exported again replaces itself. */
  readonly id: string;
  /** Another span of the app's; null for one that knows none, or is of a step. */
  readonly parentId: string | null;
  readonly name: string;
  readonly status: "completed" | "failed";
  readonly startedAt: Millis;
  readonly endedAt: Millis;
  /** The step in which it was made, as far as the app tells or the call asked for one. */
  readonly stepId: StepId | null;
  /** When the call began in which it was made; null when that is not known. */
  readonly calledAt: Millis | null;
  /** What else its exporter told: canonical JSON object. */
  readonly detail: JsonText;
}

/** A span with those below it, in the order they began. */
export interface AppSpanTree {
  readonly span: AppSpan;
  readonly children: readonly AppSpanTree[];
}

/** How many of them a run may have, and how many bytes their names and details. */
export interface AppSpanLimits {
  readonly countMax: number;
  readonly bytesMax: number;
}

/**
 * Puts an app's spans below the spans of a run: the trees by the id of the span that they belong to, under null those of none.
 *
 * A span is below its parent, else at the attempt of its step, else at what the call came to first. The clock of the app is not asked:
 * what decides is when the call began, by ours.
 */
export function placeAppSpans(
  spans: readonly Span[],
  own: readonly AppSpan[],
): ReadonlyMap<string | null, readonly AppSpanTree[]> {
  const ordered = own.toSorted((a, b) => a.startedAt - b.startedAt);
  const ids = new Set(own.map(({ id }) => id));
  const below = Map.groupBy(ordered, ({ id, parentId }) => (parentId === id ? null : parentId));
  const placed = new Set<string>();
  const treeOf = (span: AppSpan): AppSpanTree => {
    placed.add(span.id);
    const children = (below.get(span.id) ?? []).filter(({ id }) => !placed.has(id));
    return { span, children: children.map(treeOf) };
  };
  const roots = ordered.filter(({ id, parentId }) => parentId === null || parentId === id || !ids.has(parentId));
  const trees = roots.map(treeOf);
  // What is in a ring of parents has no root.
  const rest = ordered
    .filter(({ id }) => !placed.has(id))
    .flatMap((span) => (placed.has(span.id) ? [] : [treeOf(span)]));
  return Map.groupBy([...trees, ...rest], ({ span }) => placeOf(span, spans));
}

function placeOf({ stepId, calledAt }: AppSpan, spans: readonly Span[]): string | null {
  const ofStep = spans.filter((span) => span.stepId === stepId && stepId !== null);
  const candidates = stepId === null && calledAt !== null ? spans : ofStep;
  const since = candidates.filter(({ startedAt }) => calledAt === null || startedAt >= calledAt);
  const first = since.toSorted((a, b) => a.startedAt - b.startedAt)[0] ?? ofStep.at(-1);
  return first?.id ?? null;
}
