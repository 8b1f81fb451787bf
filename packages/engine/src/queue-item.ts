// Queue items: work due at a time. An unfinished run always has one, or a pause.
import type { AppId, EventId, FunctionId, JsonText, Millis, QueueItemId, RunId, StepId } from "@stepwright/protocol";
import { asAppId, asFunctionId, asQueueItemId } from "@stepwright/protocol";
import type { EventRef } from "./event.ts";
import type { Gate } from "./flow/gate.ts";
import type { Run } from "./run.ts";

/** What is to be done. */
export type Work =
  /** Call the app: a discovery (stepId null) or exactly one planned step. */
  | {
      readonly kind: "call";
      readonly runId: RunId;
      readonly stepId: StepId | null;
      /** What people call the planned step; null for a discovery. */
      readonly name: string | null;
      readonly queuedAt: Millis;
    }
  /** A sleep is over. */
  | { readonly kind: "wake"; readonly runId: RunId; readonly stepId: StepId }
  /** A wait for an event, signal or invoked run has lasted too long. */
  | {
      readonly kind: "timeout";
      readonly runId: RunId;
      readonly stepId: StepId;
      readonly waitKind: "event" | "signal" | "invoke";
    }
  /** What a pause waited for has come; the pause is gone already. */
  | { readonly kind: "resume"; readonly runId: RunId; readonly stepId: StepId; readonly outcome: ResumeOutcome }
  /** `event` is the one that asked for it, if one did. */
  | { readonly kind: "cancel"; readonly runId: RunId; readonly reason: CancelReason; readonly event?: EventRef }
  /** `from` is when the time began that a limit is counted from. */
  | { readonly kind: "runTimeout"; readonly runId: RunId; readonly which: "start" | "finish"; readonly from: Millis }
  /** Make an HTTP request for `step.fetch` or `step.ai.infer`. */
  | { readonly kind: "gateway"; readonly runId: RunId; readonly stepId: StepId; readonly request: GatewayRequest }
  /** Match a stored event, or go on matching after `cursor` (design: what one event touches beyond 500 goes on from here). */
  | { readonly kind: "match"; readonly event: EventRef; readonly cursor: MatchCursor }
  | { readonly kind: "cron"; readonly functionId: FunctionId; readonly cron: string; readonly tick: Millis }
  /** A debounce's period has passed: start the function with the event that came last. */
  | { readonly kind: "debounce"; readonly functionId: FunctionId; readonly windowId: string }
  /** A batch is full or old enough: start the function with its events. */
  | { readonly kind: "batch"; readonly functionId: FunctionId; readonly batchId: string }
  /** Drops the runs of a function that have not started and were made before this id, or moves them to another function. */
  | {
      readonly kind: "backlog";
      readonly functionId: FunctionId;
      readonly moveTo: FunctionId | null;
      readonly before: RunId;
    }
  /** Goes on with a bulk cancellation, at the runs older than `before`; null: at the newest. */
  | { readonly kind: "cancellation"; readonly cancellationId: string; readonly before: RunId | null };

/** The HTTP request of a `step.fetch` or `step.ai.infer`. */
export interface GatewayRequest {
  readonly op: "Gateway" | "AIGateway";
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly queuedAt: Millis;
}

/** Where a match goes on: functions are done first, then pauses in order of seq. */
export interface MatchCursor {
  /** Functions whose id sorts after this one remain; null when none are done, "done" when all are. */
  readonly functionsAfter: FunctionId | "done" | null;
  readonly pausesAfter: number;
}

/** How a pause ended, other than by its timeout. */
export type ResumeOutcome =
  | { readonly kind: "event"; readonly event: EventRef }
  | { readonly kind: "signal"; readonly signal: string; readonly data: JsonText }
  /** The memo of the invoking step, made when the invoked run ended: `{"data":…}` or `{"error":…}`. */
  | { readonly kind: "invoked"; readonly childRunId: RunId | null; readonly memo: JsonText };

/** Who or what cancelled a run; shown on it. */
export type CancelReason =
  | { readonly kind: "request" }
  | { readonly kind: "event"; readonly eventName: string; readonly eventId: EventId }
  | { readonly kind: "timeout"; readonly which: "start" | "finish" }
  /** It had not started when its function's backlog was dropped. */
  | { readonly kind: "backlogDropped" }
  /** It was among the runs of a function that somebody cancelled together. */
  | { readonly kind: "bulk"; readonly cancellationId: string }
  /** A later run of a singleton function took its place. */
  | { readonly kind: "singleton"; readonly runId: RunId };

/**
 * Where an item waits for capacity: per function one lane for its calls, per app one for the requests of its steps,
 * and `system` for work that calls nobody. Lanes of one group share their room: the calls of an app are limited
 * together, so that a slow app holds up no other, and shared fairly, so that no function's backlog holds up another's.
 */
export type Lane = `call:${AppId}:${FunctionId}` | `gateway:${AppId}` | "system";

/** Names the lane of a function's calls. */
export function callLane(fn: { readonly appId: AppId; readonly functionId: FunctionId }): Lane {
  return `call:${fn.appId}:${fn.functionId}`;
}

/** Names the lane of the requests that an app's steps ask for. */
export function gatewayLane(appId: AppId): Lane {
  return `gateway:${appId}`;
}

/** What a lane is for. */
export function laneKind(lane: Lane): "call" | "gateway" | "system" {
  if (lane === "system") return "system";
  return lane.startsWith("gateway:") ? "gateway" : "call";
}

/** Names what shares its room with others of the same name. */
export function laneGroup(lane: Lane): string {
  return laneKind(lane) === "call" ? lane.slice(0, lane.lastIndexOf(":")) : lane;
}

/** The function whose calls a lane holds; null for other lanes. */
export function functionOfLane(lane: Lane): FunctionId | null {
  return laneKind(lane) === "call" ? asFunctionId(lane.slice(lane.lastIndexOf(":") + 1)) : null;
}

/** The app whose calls a lane holds; null for other lanes. */
export function appOfLane(lane: Lane): AppId | null {
  return laneKind(lane) === "call" ? asAppId(lane.slice("call:".length, lane.lastIndexOf(":"))) : null;
}

/** How the calls of a run stand in their function's lane. */
export function callFlow(run: Pick<Run, "queuedAt" | "flow">): ItemFlow {
  return { score: run.queuedAt - (run.flow?.headStartMs ?? 0), gates: run.flow?.calls ?? [] };
}

/** As `callFlow`, for the first call, which has further gates. */
export function startFlow(run: Pick<Run, "queuedAt" | "flow">): ItemFlow {
  const flow = callFlow(run);
  return run.flow === null ? flow : { ...flow, gates: [...flow.gates, ...run.flow.start] };
}

/** A call of a run's function, to go on with or, with `step`, to run exactly that one. `queuedAt` is `at` by default. */
export function callItem(
  run: Pick<Run, "id" | "appId" | "functionId">,
  o: {
    readonly id: QueueItemId;
    readonly at: Millis;
    readonly flow: ItemFlow;
    readonly queuedAt?: Millis;
    readonly step?: { readonly id: StepId; readonly name: string | null };
  },
): NewQueueItem {
  return {
    id: o.id,
    lane: callLane(run),
    flow: o.flow,
    at: o.at,
    attempt: 0,
    work: {
      kind: "call",
      runId: run.id,
      stepId: o.step?.id ?? null,
      name: o.step?.name ?? null,
      queuedAt: o.queuedAt ?? o.at,
    },
  };
}

/** Natural key of the item that brings a step what it waited for. */
export function resumeItemId(runId: RunId, stepId: StepId): QueueItemId {
  return asQueueItemId(`${runId}:${stepId}:resume`);
}

/** An item as a decision makes it. */
export interface NewQueueItem {
  /** Natural key: enqueueing an id that exists changes nothing. */
  readonly id: QueueItemId;
  readonly lane: Lane;
  readonly at: Millis;
  readonly attempt: number;
  readonly work: Work;
  /** Order and limits of a call among its function's. Absent: items go by their time, and nothing is in their way. */
  readonly flow?: ItemFlow;
}

/** How a due item stands in its lane. */
export interface ItemFlow {
  /** Lowest first: the time from which its run counts as waiting, so that old runs come before new ones (semantics.md §4.5). */
  readonly score: number;
  /** What has to be open before it is leased. A lease takes a slot at each, and gives it back when it ends. */
  readonly gates: readonly Gate[];
}

/** An item that this server holds the lease of. `generation` counts its dispatches from 1. */
export interface LeasedItem extends Omit<NewQueueItem, "flow"> {
  readonly generation: number;
}

/** The guard that this dispatch of the item is still its latest: what an older one decides is dropped. */
export function leaseGuard(item: Pick<LeasedItem, "id" | "generation">) {
  return { kind: "lease", itemId: item.id, generation: item.generation } as const;
}
