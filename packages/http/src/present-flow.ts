// Flow control in words: what a call waits for, and what became of an event that started no run.
import {
  type App,
  type DropReason,
  type FunctionRecord,
  type Gate,
  gateLimits,
  type GateLimit,
  pausedSince,
} from "@stepwright/engine";
import {
  appUnreachable,
  type ApiFate,
  type ApiFunctionQueue,
  type ApiWaitsFor,
  type RunId,
} from "@stepwright/protocol";
import type { Gathering, LaneQueue, Storage, WaitsFor } from "@stepwright/storage";
import type { RegistryIndex } from "./registry-index.ts";

/** What became of an event besides runs, as it is stored. */
export type EventFates = Awaited<ReturnType<Storage["flow"]["ofEvent"]>>;

/** Whose calls wait: the app may be why they have no room. */
export interface WaitingCalls {
  readonly fn: FunctionRecord | null;
  readonly app: App | null;
}

/** Presents what a call waits for. `holders` are the runs that hold the slots, where slots are what is missing. */
export type PresentWaitsFor = (waitsFor: WaitsFor, holders?: readonly RunId[]) => ApiWaitsFor;

/** Makes that for the calls of one function: its limits are worked out once, however many lines there are. */
export function waitsForPresenter({ fn, app }: WaitingCalls): PresentWaitsFor {
  const limits = fn === null ? null : gateLimits(fn.config);
  return (waitsFor, holders = []) => {
    switch (waitsFor.kind) {
      case "room": {
        const obstacle = roomText(fn, app);
        return { text: `waiting: ${obstacle}`, obstacle, until: null, holders: [] };
      }
      case "gate": {
        const { gate, opensAt } = waitsFor;
        const obstacle = gateText(gate, limits?.get(gate.limitId));
        return { text: `waiting for ${obstacle}`, obstacle, until: opensAt, holders };
      }
    }
  };
}

function roomText(fn: FunctionRecord | null, app: App | null): string {
  if (fn?.isHeldBack === true) return "the test holds back the calls of the function";
  if (fn !== null && fn.pausedAt !== null) return "the function is paused";
  if (fn !== null && pausedSince(fn) !== null) return "its app is paused";
  return app?.problem?.code === appUnreachable.code
    ? "the app cannot be reached, its calls go out as soon as it is back"
    : "the app has as many calls in flight as it may";
}

/** Names a gate with its limit as it is now. */
function gateText(gate: Gate, limit: GateLimit | undefined): string {
  const key = gate.key === null ? "" : ` on key ${gate.key}`;
  switch (gate.kind) {
    case "calls":
      return `concurrency limit ${slotsOf(limit)}${key}`;
    case "runs":
      return `limit of ${slotsOf(limit)} runs at once${key}`;
    case "starts":
      return `throttle${key}${paceText(limit)}`;
  }
}

function slotsOf(limit: GateLimit | undefined): string {
  return limit?.kind === "slots" ? String(limit.max) : "that was";
}

function paceText(limit: GateLimit | undefined): string {
  return limit?.kind === "pace" ? ` (one start every ${lengthText(limit.pace.intervalMs)})` : "";
}

/** In the greatest unit that is whole: a throttle is written as starts per minute, hour or day. */
function lengthText(ms: number): string {
  const [unitMs, unit] = lengthUnits.find(([size]) => ms % size === 0) ?? [1_000, "s"];
  return `${ms / unitMs} ${unit}`;
}

const lengthUnits = [
  [3_600_000, "h"],
  [60_000, "min"],
] as const;

/** Presents the queue of a function. */
export function presentQueue(
  fn: FunctionRecord,
  o: { readonly app: App | null; readonly queue: LaneQueue; readonly gathering: Gathering },
): ApiFunctionQueue {
  const { app, queue, gathering } = o;
  const presentWaitsFor = waitsForPresenter({ fn, app });
  return {
    pausedAt: pausedSince(fn),
    inFlight: queue.inFlight,
    waiting: queue.waiting,
    future: queue.future,
    debounced: gathering.windows,
    batched: gathering.batchedEvents,
    lines: queue.lines.map((line) => ({
      keys: line.gates.flatMap((gate) => gate.key ?? []),
      waitsFor: presentWaitsFor(line.waitsFor),
      count: line.count,
    })),
  };
}

/** Presents what became of an event in the functions that it started no run of, or not yet. */
export function presentFates(
  fates: Pick<EventFates, "windows" | "batches" | "drops">,
  registry: RegistryIndex,
): readonly ApiFate[] {
  const slugOf = (functionId: FunctionRecord["id"]) => registry.functionById(functionId)?.slug ?? functionId;
  return [
    ...fates.windows.map((window) => ({
      functionSlug: slugOf(window.functionId),
      kind: "debouncing" as const,
      text: `debounced${onKey(window.key)}: starts when no other event has come`,
      until: window.firesAt,
    })),
    ...fates.batches.map((batch) => ({
      functionSlug: slugOf(batch.functionId),
      kind: "batching" as const,
      text: `in a batch of ${batch.count}${onKey(batch.key)}: starts when it is full or old enough`,
      until: batch.isClosed ? null : batch.closesAt,
    })),
    ...fates.drops.map(({ functionId, reason }) => ({
      functionSlug: slugOf(functionId),
      kind: "notStarted" as const,
      text: dropText(reason),
      until: "until" in reason ? reason.until : null,
    })),
  ];
}

function dropText(reason: DropReason): string {
  switch (reason.kind) {
    case "rateLimited":
      return `rate limited${onKey(reason.key)}`;
    case "idempotent":
      return `its idempotency${onKey(reason.key)} has been seen`;
    case "debounced":
      return `debounced, event ${reason.by} took its place`;
    case "outOfOrder":
      return `debounced, and older than event ${reason.waiting} that waits already`;
    case "duplicate":
      return "an event with this id was taken before";
    case "keyError":
      return `the key of its ${reason.option} cannot be evaluated (${reason.message})`;
    case "functionRemoved":
      return "the function was removed while the event waited";
  }
}

function onKey(key: string | null): string {
  return key === null ? "" : ` on key ${key}`;
}
