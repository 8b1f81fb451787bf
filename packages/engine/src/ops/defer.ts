// `DeferAdd` and `DeferAbort`: function calls to be made when the run ends (sdk-protocol.md §15).
import { canonicalJson, deferInputBytesMax, defersPerRunMax, type Op, utf8Bytes } from "@stepwright/protocol";
import type { DeferState } from "../run.ts";
import { type Draft, patchProgress } from "../state.ts";
import { textOf } from "./wait-for-event.ts";

/** Records a deferred call. Over the limits it is refused by itself; it never fails the run. */
export function deferAdd(draft: Draft, op: Op): void {
  const { defers } = draft.run.progress;
  if (defers[op.id] !== undefined) return;
  const input = canonicalJson(op.opts["input"] ?? {});
  const all = Object.values(defers);
  const total = all.reduce((sum, defer) => sum + utf8Bytes(defer.input), utf8Bytes(input));
  const isRefused = all.length >= defersPerRunMax || total > deferInputBytesMax;
  put(draft, op.id, {
    functionSlug: textOf(op.opts["fn_slug"]),
    input: isRefused ? canonicalJson({}) : input,
    status: isRefused ? "rejected" : "live",
  });
}

/** Takes a deferred call back. */
export function deferAbort(draft: Draft, op: Op): void {
  const target = textOf(op.opts["target_hashed_id"]);
  const defer = draft.run.progress.defers[target];
  if (defer !== undefined && defer.status === "live") put(draft, target, { ...defer, status: "aborted" });
}

function put(draft: Draft, id: string, defer: DeferState): void {
  patchProgress(draft, { defers: { ...draft.run.progress.defers, [id]: defer } });
}
