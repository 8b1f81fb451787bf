// Spans of traces.
import type { AppSpan } from "@stepwright/engine";
import { isJsonObject, oidNamespace, parseJsonText, traceIdOf, uuidV5 } from "@stepwright/protocol";
import { outputIdOf } from "../output-id.ts";
import type { Resolve, TypeResolvers } from "../resolver.ts";
import { spanHexId } from "../run-words.ts";
import type { SpanSource } from "../traces/read-trace.ts";
import { textIn } from "../traces/span-detail.ts";
import { metadataOf } from "../traces/span-metadata.ts";

/** What newer traces call the parent of a root. */
const noParent = "0000000000000000";

const spanFields = {
  appID: ({ run }) => run.appId,
  functionID: ({ run }) => run.functionId,
  runID: ({ run }) => run.id,
  run: ({ run }) => run,
  spanID: (source) => spanIdOf(source),
  traceID: ({ run }) => traceIdOf(run.id),
  groupID: ({ run, span, isPreview }) => (isPreview ? uuidV5(oidNamespace, `${run.id} ${span.key}`) : null),
  parentSpanID: ({ parent, isPreview }) => (parent === null ? (isPreview ? noParent : null) : spanIdOf(parent)),
  parentSpan: ({ parent }) => parent,
  isRoot: ({ parent }) => parent === null,
  name: ({ span }) => span.name,
  status: ({ span }) => span.status,
  attempts: ({ span }) => span.attempts,
  duration: ({ span }, _, { now }) => (span.startedAt === null ? null : (span.endedAt ?? now) - span.startedAt),
  outputID: ({ span, run, isPreview }) =>
    span.outputKey === null ? null : outputIdOf({ runId: run.id, key: span.outputKey, isPreview }),
  queuedAt: ({ span }) => span.queuedAt,
  scheduledAt: ({ span }) => span.scheduledAt,
  startedAt: ({ span }) => span.startedAt,
  endedAt: ({ span }) => span.endedAt,
  childrenSpans: (source) => source.span.children.map((span) => ({ ...source, span, parent: source })),
  stepOp: ({ span }) => span.stepOp,
  stepID: ({ span }) => span.stepID,
  stepType: ({ span }) => span.stepType,
  stepInfo: ({ span }) => span.stepInfo,
  metadata: (source) => metadataOf(source),
  isUserland: ({ span }) => span.appSpan !== null,
  userlandSpan: ({ span }) => (span.appSpan === null ? null : userlandSpan(span.appSpan)),
  response: ({ span }) => span.response,
  // There is no debugging of runs.
  debugRunID: () => null,
  debugSessionID: () => null,
  debugPaused: () => false,
  skipReason: (source) => skipOf(source)?.reason ?? null,
  skipExistingRunID: (source) => skipOf(source)?.runId ?? null,
} satisfies Readonly<Record<string, Resolve<SpanSource, unknown>>>;

/** Why a run was skipped, in the words that clients know, and which run had the place; null for the others and for what is below. */
function skipOf({ run, parent }: SpanSource): { readonly reason: string; readonly runId: string | null } | null {
  const error = run.status === "skipped" && parent === null && run.error !== null ? parseJsonText(run.error) : null;
  const reason = isJsonObject(error) ? error["reason"] : null;
  if (!isJsonObject(reason)) return null;
  const { kind, runId } = reason;
  return kind === "singleton"
    ? { reason: "Singleton", runId: textIn(runId) }
    : { reason: "FunctionPaused", runId: null };
}

/** A span of an app's own, in the words that clients know. */
function userlandSpan({ name, detail }: AppSpan): object {
  const told = parseJsonText(detail);
  const { kind, service, scope, attributes, resource } = isJsonObject(told) ? told : {};
  const { name: scopeName, version } = isJsonObject(scope) ? scope : {};
  return {
    spanName: name,
    spanKind: kind,
    serviceName: service,
    scopeName,
    scopeVersion: version,
    spanAttrs: JSON.stringify(attributes),
    resourceAttrs: JSON.stringify(resource),
  };
}

/** What waits to be called has no span of its own yet. */
function spanIdOf({ span, run, isPreview }: SpanSource): string {
  if (span.appSpan !== null) return span.appSpan.id;
  return span.key === "queued" ? "queued" : spanHexId(run.id, span.key, isPreview ? "preview" : "");
}

/** The resolvers of spans. */
export const spanResolvers: Readonly<Record<string, TypeResolvers>> = { RunTraceSpan: spanFields };
