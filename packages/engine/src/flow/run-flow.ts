// The flow control of one run: evaluated once, when it is made, and kept with it (semantics.md §2, step 8).
import type { FunctionConfig, FunctionId, Throttle } from "@stepwright/protocol";
import { callGates, callLimitId, runGate, runLimitId } from "./concurrency.ts";
import { type KeyInput, keyPart, sharedKey, shownKey } from "./flow-key.ts";
import type { Gate, GateLimit, GateLimits } from "./gate.ts";
import type { Invoker } from "../run.ts";
import { headStartMs } from "./priority.ts";
import { throttleLimit } from "./throttle.ts";

/** What a run is under from its start to its end. A later configuration changes the numbers, not the keys. */
export interface RunFlow {
  /** Gates of every call. */
  readonly calls: readonly Gate[];
  /** Further gates of the first call. */
  readonly start: readonly Gate[];
  /** How much older than it is the run counts in its function's queue. */
  readonly headStartMs: number;
  /** The lock it holds until it ends; null when it is no singleton. */
  readonly lock: string | null;
  /** Further steps that wait for the run: each event of a batch may have one. */
  readonly invokers: readonly Invoker[];
}

/** Evaluates a function's flow control for the event that starts a run. Null when there is none. */
export function runFlow(
  fn: { readonly id: FunctionId; readonly config: FunctionConfig },
  input: KeyInput & { readonly lock: string | null; readonly invokers: readonly Invoker[] },
): RunFlow | null {
  const { config } = fn;
  const owner = { functionId: fn.id, config };
  const runs = runGate(owner, input);
  const starts = config.throttle === null ? null : paceGate(fn.id, config.throttle, input);
  const flow: RunFlow = {
    calls: callGates(owner, input),
    // The pace last: it is charged when everything else is open.
    start: [...(runs === null ? [] : [runs]), ...(starts === null ? [] : [starts])],
    headStartMs: headStartMs(config.priority, input),
    lock: input.lock,
    invokers: input.invokers,
  };
  return isEmpty(flow) ? null : flow;
}

function isEmpty(flow: RunFlow): boolean {
  const lists = flow.calls.length + flow.start.length + flow.invokers.length;
  return lists === 0 && flow.headStartMs === 0 && flow.lock === null;
}

/** The limits of a function as they are now. */
export function gateLimits(config: FunctionConfig): GateLimits {
  const limits = new Map<string, GateLimit>();
  for (const limit of config.concurrency) {
    const id = callLimitId(limit);
    // Of two with the same words the lower one holds; they come in ascending order.
    if (!limits.has(id)) limits.set(id, { kind: "slots", max: limit.limit });
  }
  if (config.runConcurrency !== null) {
    limits.set(runLimitId(config.runConcurrency), { kind: "slots", max: config.runConcurrency.limit });
  }
  if (config.throttle !== null) {
    limits.set(paceLimitId(config.throttle), { kind: "pace", pace: throttleLimit(config.throttle) });
  }
  return limits;
}

function paceGate(functionId: FunctionId, throttle: Throttle, input: KeyInput): Gate {
  const key = sharedKey(throttle.key, input);
  return {
    kind: "starts",
    id: `starts:${functionId}:${keyPart(key)}`,
    limitId: paceLimitId(throttle),
    key: shownKey(key),
  };
}

function paceLimitId(throttle: Throttle): string {
  return `starts:${throttle.key ?? ""}`;
}
