// Spans of traces.
import { oidNamespace, uuidV5 } from "@stepwright/protocol";
import { outputIdOf } from "../output-id.ts";
import type { Resolve, TypeResolvers } from "../resolver.ts";
import { hexId } from "../run-words.ts";
import type { SpanSource } from "../traces/read-trace.ts";
import { metadataOf } from "../traces/span-metadata.ts";

/** What newer traces call the parent of a root. */
const noParent = "0000000000000000";

const spanFields = {
  appID: ({ run }) => run.appId,
  functionID: ({ run }) => run.functionId,
  runID: ({ run }) => run.id,
  run: ({ run }) => run,
  spanID: (source) => spanIdOf(source),
  traceID: ({ run }) => hexId(32, run.id),
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
  scheduledAt: () => null,
  startedAt: ({ span }) => span.startedAt,
  endedAt: ({ span }) => span.endedAt,
  childrenSpans: (source) => source.span.children.map((span) => ({ ...source, span, parent: source })),
  stepOp: ({ span }) => span.stepOp,
  stepID: ({ span }) => span.stepID,
  stepType: ({ span }) => span.stepType,
  stepInfo: ({ span }) => span.stepInfo,
  metadata: (source) => metadataOf(source),
  // Nothing of these is kept.
  isUserland: () => false,
  userlandSpan: () => null,
  debugRunID: () => null,
  debugSessionID: () => null,
  debugPaused: () => false,
  skipReason: () => null,
  skipExistingRunID: () => null,
  response: () => null,
} satisfies Readonly<Record<string, Resolve<SpanSource, unknown>>>;

/** What waits to be called has no span of its own yet. */
function spanIdOf({ span, run, isPreview }: SpanSource): string {
  return span.key === "queued" ? "queued" : hexId(16, run.id, span.key, isPreview ? "preview" : "");
}

/** The resolvers of spans. */
export const spanResolvers: Readonly<Record<string, TypeResolvers>> = { RunTraceSpan: spanFields };
