// The runs an event went on with or cancelled, with the names of the steps that waited for it.
import type { Span } from "@stepwright/engine";
import type { ApiEventDetail, RunId } from "@stepwright/protocol";
import type { EventMatch } from "@stepwright/storage";
import { matchNamesMax } from "./limits.ts";

/** Reads the names. Beyond the first runs, and for a step that has left no trace, a name is null. */
export async function readMatches(
  matches: readonly EventMatch[],
  spansOf: (runId: RunId) => Promise<readonly Span[]>,
): Promise<ApiEventDetail["matches"]> {
  const waited = matches.flatMap(({ runId, stepId }) => (stepId === null ? [] : [runId]));
  const spans = await Promise.all([...new Set(waited)].slice(0, matchNamesMax).map(spansOf));
  const names = new Map(spans.flat().map((span) => [`${span.runId} ${span.stepId}`, span.name]));
  return matches.map((match) => ({ ...match, stepName: names.get(`${match.runId} ${match.stepId}`) ?? null }));
}
