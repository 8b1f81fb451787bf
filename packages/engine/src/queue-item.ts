// Queue items: work due at a time. An unfinished run always has one, or a pause.
import type { AppId, EventId, FunctionId, JsonText, Millis, QueueItemId, RunId, StepId } from "@stepwright/protocol";
import { asQueueItemId } from "@stepwright/protocol";
import type { EventRef } from "./event.ts";

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
  | { readonly kind: "cancel"; readonly runId: RunId; readonly reason: CancelReason }
  | { readonly kind: "runTimeout"; readonly runId: RunId; readonly which: "start" | "finish" }
  /** Make an HTTP request for `step.fetch` or `step.ai.infer`. */
  | { readonly kind: "gateway"; readonly runId: RunId; readonly stepId: StepId; readonly request: GatewayRequest }
  /** Match a stored event, or go on matching after `cursor` (design: what one event touches beyond 500 goes on from here). */
  | { readonly kind: "match"; readonly event: EventRef; readonly cursor: MatchCursor }
  | { readonly kind: "cron"; readonly functionId: FunctionId; readonly cron: string; readonly tick: Millis };

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
  | { readonly kind: "timeout"; readonly which: "start" | "finish" };

/**
 * Where an item waits for capacity: per app one lane for calls and one for the requests of its steps, so that
 * a slow app or a host that hangs holds up nobody else, and `system` for work that calls nobody.
 */
export type Lane = `app:${AppId}` | `gateway:${AppId}` | "system";

/** Names the lane of an app's calls. */
export function appLane(appId: AppId): Lane {
  return `app:${appId}`;
}

/** Names the lane of the requests that an app's steps ask for. */
export function gatewayLane(appId: AppId): Lane {
  return `gateway:${appId}`;
}

/** What a lane is for. */
export function laneKind(lane: Lane): "app" | "gateway" | "system" {
  if (lane === "system") return "system";
  return lane.startsWith("gateway:") ? "gateway" : "app";
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
}

/** An item that this server holds the lease of. `generation` counts its dispatches from 1. */
export interface LeasedItem extends NewQueueItem {
  readonly generation: number;
}
