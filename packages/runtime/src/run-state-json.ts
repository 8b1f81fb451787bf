// A run's state as SDKs fetch it when it is too large for the call (`use_api`, sdk-protocol.md §5.4).
import { memosOf, type RunState } from "@stepwright/engine";
import type { JsonText } from "@stepwright/protocol";

/** Memoized steps by id, in completion order. */
export function runActions(state: RunState): JsonText {
  const entries = memosOf(state).map(([id, memo]) => `${JSON.stringify(id)}:${memo}`);
  return `{${entries.join(",")}}` as JsonText;
}

/** The triggering events in order, without what is empty, as the reference gives them. */
export function runBatch(state: RunState): JsonText {
  return `[${state.events.map((event) => event.raw).join(",")}]` as JsonText;
}
