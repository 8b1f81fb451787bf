// Concurrency: how many calls are in flight at once, and how many runs are between start and end (semantics.md §4.1, §4.2).
import type { ConcurrencyLimit, FunctionConfig, FunctionId, RunConcurrency } from "@stepwright/protocol";
import { type KeyInput, keyPart, sharedKey, shownKey } from "./flow-key.ts";
import type { Gate } from "./gate.ts";

interface Owner {
  readonly functionId: FunctionId;
  readonly config: FunctionConfig;
}

/** The gates of every call of a run, the narrowest first: a line then stands where most of its like stand. */
export function callGates({ functionId, config }: Owner, input: KeyInput): readonly Gate[] {
  const gates = config.concurrency
    .toSorted((a, b) => breadth(a) - breadth(b))
    .map((limit): Gate => {
      const key = sharedKey(limit.key, input);
      return {
        kind: "calls",
        id: `calls:${bucketOf(limit, functionId)}:${keyPart(key)}`,
        limitId: callLimitId(limit),
        key: shownKey(key),
      };
    });
  // Two limits with the same words are one gate: a call takes one slot of it.
  return gates.filter((gate, index) => gates.findIndex((other) => other.id === gate.id) === index);
}

/** The gate of a run's first call that is given back at its end; null when runs are not limited. */
export function runGate({ functionId, config }: Owner, input: KeyInput): Gate | null {
  if (config.runConcurrency === null) return null;
  const key = sharedKey(config.runConcurrency.key, input);
  return {
    kind: "runs",
    id: `runs:${functionId}:${keyPart(key)}`,
    limitId: runLimitId(config.runConcurrency),
    key: shownKey(key),
  };
}

/** Names a limit of calls among those of its function. */
export function callLimitId(limit: ConcurrencyLimit): string {
  return `calls:${limit.scope}:${limit.key ?? ""}`;
}

/** Names the limit of runs of a function. */
export function runLimitId(limit: RunConcurrency): string {
  return `runs:${limit.key ?? ""}`;
}

/** Who shares the slots: this function, or every function with a key of the same words (semantics.md §4.1). */
function bucketOf(limit: ConcurrencyLimit, functionId: FunctionId): string {
  const words = keyPart(limit.key);
  return limit.scope === "fn" ? `${functionId}:${words}` : `${limit.scope}:${words}`;
}

function breadth(limit: ConcurrencyLimit): number {
  switch (limit.scope) {
    case "fn":
      return limit.key === null ? 1 : 0;
    case "env":
      return 2;
    case "account":
      return 3;
  }
}
