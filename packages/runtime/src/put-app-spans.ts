// Spans of an app's own come in: as many as its run may have are stored with it, whether it has ended or not.
import type { AppSpan } from "@stepwright/engine";
import { appSpanBytesMax, appSpansMax, type RunId, runAppSpansBytesMax } from "@stepwright/protocol";
import type { Committer } from "./committer.ts";
import type { Shell } from "./shell.ts";
import { refuseFailed } from "./storage-trouble.ts";

/** Stores what there is room for, and returns how many spans were refused: those of a run that is not there, and those over a limit. */
export async function putAppSpans(
  { ports }: Shell,
  committer: Committer,
  runId: RunId,
  spans: readonly AppSpan[],
): Promise<number> {
  const { runs } = ports.storage;
  if ((await runs.get(runId)) === null) return spans.length;
  let { count, bytes } = await runs.appSpanUse(runId);
  const kept: AppSpan[] = [];
  for (const span of spans) {
    const own = Buffer.byteLength(span.name) + Buffer.byteLength(span.detail);
    if (own > appSpanBytesMax || count === appSpansMax || bytes + own > runAppSpansBytesMax) continue;
    kept.push(span);
    count += 1;
    bytes += own;
  }
  if (kept.length > 0) {
    const limits = { countMax: appSpansMax, bytesMax: runAppSpansBytesMax };
    refuseFailed(
      await committer.submit({ guards: [], effects: [{ kind: "putAppSpans", runId, spans: kept, limits }] }),
    );
  }
  return spans.length - kept.length;
}
