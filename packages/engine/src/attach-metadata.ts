// Metadata that comes with a step's result or error is kept with the run.
import { canonicalJson, isLargerThan, metadataBytesMax, type Op, runMetadataBytesMax } from "@stepwright/protocol";
import type { Call } from "./call.ts";
import type { MetadataTarget } from "./metadata.ts";
import type { Draft } from "./state.ts";

/** Adds the changes; what is too large is left out, as nobody could be told. */
export function attachMetadata(draft: Draft, op: Op, call: Call): void {
  for (const entry of op.metadata ?? []) {
    if (isLargerThan(canonicalJson(entry.values), metadataBytesMax)) continue;
    const target: MetadataTarget = {
      stepId: entry.scope === "run" ? null : op.id,
      attempt: entry.scope === "step_attempt" ? call.item.attempt : null,
      spanId: null,
    };
    draft.effects.push({
      kind: "changeMetadata",
      runId: draft.run.id,
      change: { target, kind: entry.kind, op: entry.op, values: entry.values },
      bytesMax: runMetadataBytesMax,
      at: draft.context.now,
    });
  }
}
