// What a run keeps of a span that its app exports.
import type { AppSpan } from "@stepwright/engine";
import {
  asStepId,
  canonicalJson,
  type JsonObject,
  type JsonValue,
  type Millis,
  millis,
  readTraceRef,
  type RunId,
} from "@stepwright/protocol";
import type { OtlpSpan } from "./span.ts";

/** Attributes of SDKs (sdk-protocol.md §1): the reference that the call's headers gave them, and what they know of the step. */
const attribute = {
  reference: "inngest.traceref",
  parent: "inngest.traceparent",
  stepId: "inngest.step.hash",
  stepParent: "inngest.step.parentSpanId",
} as const;

const kinds = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"] as const;

/** The run of a span, and what is kept of it; null for a span that is of no call of ours. */
export function readAppSpan(span: OtlpSpan): { readonly runId: RunId; readonly span: AppSpan } | null {
  const { [attribute.reference]: reference, [attribute.parent]: _, ...attributes } = span.attributes;
  const ref = typeof reference === "string" ? readTraceRef(reference) : null;
  if (ref === null || !isSpanId(span.id)) return null;
  const startedAt = timeOf(span.startedNs);
  const stepId = textOf(attributes[attribute.stepId]);
  // The SDK moves what a step's code begins with below the step.
  const isOfStep = attributes[attribute.stepParent] !== undefined;
  return {
    runId: ref.runId,
    span: {
      id: span.id,
      parentId: isSpanId(span.parentId) && !isOfStep ? span.parentId : null,
      name: span.name,
      status: span.isError ? "failed" : "completed",
      startedAt,
      endedAt: millis(Math.max(startedAt, timeOf(span.endedNs))),
      stepId: stepId === null ? ref.stepId : asStepId(stepId),
      calledAt: ref.calledAt,
      detail: canonicalJson(detailOf(span, attributes)),
    },
  };
}

function detailOf({ kind, scope, resource }: OtlpSpan, attributes: JsonObject): JsonObject {
  return {
    kind: `SPAN_KIND_${kinds[kind] ?? kinds[0]}`,
    service: textOf(resource["service.name"]),
    scope: { name: scope.name, version: scope.version },
    attributes,
    resource,
  };
}

function isSpanId(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text) && !/^0+$/.test(text);
}

/** The greatest time that there is a date of. */
const dateMax = 8_640_000_000_000_000n;

function timeOf(nanoseconds: bigint): Millis {
  const ms = nanoseconds / 1_000_000n;
  return millis(Number(ms > dateMax ? dateMax : ms));
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
