// The apps of a simulated world, at the other end of the runtime's app client: they answer, fail, hang, repeat and lie.
import type { AppHttpResponse } from "@stepwright/protocol";
import type { AppClient, OutgoingRequest, OutgoingResult, Runtime } from "@stepwright/runtime";
import type { Chance } from "@stepwright/test-parts";
import type { Coverage } from "./coverage.ts";
import type { CallFault, Faults } from "./faults.ts";
import type { SimulatedFunction } from "./functions.ts";
import { failureOf, garble } from "./garble.ts";
import type { Limits } from "./limits.ts";
import { type FailedAttempt, type Records, resultKey, type Saying } from "./records.ts";
import type { WireOp } from "@stepwright/test-parts";
import { type AppMove, answerCall, type MoveOutcome, type SeenRequest, userOf } from "./sdk.ts";
import type { Asked, ServerProcess } from "./server.ts";
import type { SimulatedClock } from "./simulated-clock.ts";
import { createSite, isOfSite } from "./site.ts";
import type { SeenCall, SeenFetch } from "./witness.ts";

/** What apps need of the world around them. */
export interface AppsOptions {
  readonly functions: readonly SimulatedFunction[];
  readonly limits: Limits;
  readonly appWaitMs: number;
  readonly clock: SimulatedClock;
  readonly chance: Chance;
  readonly faults: Faults;
  readonly records: Records;
  readonly coverage: Coverage;
  readonly say: (line: string) => void;
  readonly onActivity: () => void;
  readonly ask: <T>(what: (runtime: Runtime) => Promise<T>) => Promise<Asked<T>>;
  /** Sends an event as `step.sendEvent` does. */
  readonly send: (name: string, user: string) => Promise<boolean>;
  /** A step's request goes out. */
  readonly onFetch: (fetch: SeenFetch) => void;
  readonly onCall: (call: SeenCall, inFlight: readonly SeenCall[]) => void;
  readonly onCheckpoint: (call: SeenCall, ops: readonly WireOp[], wasOver: boolean) => void;
}

/** The apps. */
export interface Apps {
  clientOf(process: ServerProcess): AppClient;
  /** Its calls are over, whatever the apps think. */
  processDied(boot: number): void;
}

interface Line extends SeenCall {
  readonly answer: (result: OutgoingResult) => void;
}

/** Makes the apps. */
export function createApps(options: AppsOptions): Apps {
  const { clock, faults, records, coverage, say } = options;
  const bySlug = new Map(options.functions.map((fn) => [fn.slug, fn]));
  const inFlight = new Set<Line>();
  const site = createSite(options);

  const request = (process: ServerProcess, outgoing: OutgoingRequest, signal: AbortSignal): Promise<OutgoingResult> => {
    options.onActivity();
    return new Promise((resolve) => {
      const call = readCall(process, outgoing, (result) => {
        if (call.isOver) return;
        call.isOver = true;
        inFlight.delete(call);
        if (process.isDead) return;
        options.onActivity();
        // What the server gave up by itself is no failure of the app.
        if (!signal.aborted) noteResult(call, result);
        resolve(result);
      });
      options.onCall(
        call,
        [...inFlight].filter((other) => other.boot === process.boot),
      );
      inFlight.add(call);
      signal.addEventListener("abort", () =>
        call.answer({ kind: "failed", code: "APP_CONNECTION_LOST", message: "the request was given up" }),
      );
      clock.after(outgoing.timeoutMs, () =>
        call.answer({ kind: "failed", code: "APP_TIMEOUT", message: "no answer in time" }),
      );
      serve(call, faults.call());
    });
  };

  const readCall = (process: ServerProcess, outgoing: OutgoingRequest, answer: Line["answer"]): Line => {
    const seen = JSON.parse(outgoing.body ?? "") as SeenRequest;
    const query = new URL(outgoing.url).searchParams;
    const fn = bySlug.get(query.get("fnId") ?? "");
    if (fn === undefined) throw new Error(`a call for an unknown function: ${outgoing.url}`);
    const stepId = query.get("stepId");
    return {
      boot: process.boot,
      fn,
      runId: seen.ctx.run_id,
      target: stepId === "step" ? null : stepId,
      limits: options.limits.allowed(fn.slug),
      user: userOf(seen),
      itemId: seen.ctx.qi_id,
      generation: seen.ctx.generation_id,
      seen,
      isOver: false,
      answer,
    };
  };

  const serve = (call: Line, fault: CallFault | null): void => {
    say(
      `call ${call.fn.slug} ${short(call.runId)} ${call.target ?? "discovery"} attempt ${call.seen.ctx.attempt} dispatch ${call.generation}${fault === null ? "" : ` (${fault})`}`,
    );
    if (fault === "unreachable" || fault === "lostBefore") {
      clock.after(faults.latencyMs(), () => call.answer(failureOf(fault)));
      return;
    }
    if (fault === "hangs") return;
    const chance = options.chance.fork();
    const execution = answerCall({
      seen: call.seen,
      target: call.target,
      code: call.fn.code,
      mode: call.fn.mode,
      isAnnotating: call.fn.isAnnotating,
      hits: chance.hits,
      execute(stepId) {
        const key = `${call.runId} ${stepId}`;
        const count = (records.executions.get(key) ?? 0) + 1;
        records.executions.set(key, count);
        return count;
      },
      finalText() {
        const text = `${call.runId} end ${(records.finalsMade += 1)}`;
        records.finals.set(text, call.runId);
        return text;
      },
    });
    const goOn = (outcome: MoveOutcome): void => {
      const next = execution.next(outcome);
      if (next.done === true) void finish(call, fault, next.value);
      else move(call, next.value, goOn);
    };
    // Late: the call has timed out before the first step begins, and the app does not know.
    const firstMs = fault === "late" ? options.chance.between(10_000, 40_000) : faults.latencyMs();
    clock.after(firstMs, () => goOn("done"));
  };

  const move = (call: Line, what: AppMove, goOn: (outcome: MoveOutcome) => void): void => {
    switch (what.kind) {
      case "work":
        clock.after(what.ms, () => goOn("done"));
        return;
      case "send":
        void options.send(what.event, call.user).then((isSent) => {
          coverage.count("feature step.sendEvent");
          clock.after(1, () => goOn(isSent ? "done" : "unavailable"));
        });
        return;
      case "checkpoint":
        void checkpoint(call, what.ops).then((outcome) => clock.after(1, () => goOn(outcome)));
    }
  };

  /** Reports finished steps while the call runs, or is thought to run. */
  const checkpoint = async (call: Line, ops: readonly WireOp[]): Promise<MoveOutcome> => {
    options.onActivity();
    const wasOver = call.isOver;
    if (wasOver) coverage.count("fault staleCheckpoint");
    noteSaying(call, ops, false);
    const { ctx } = call.seen;
    const body = {
      run_id: ctx.run_id,
      fn_id: ctx.fn_id,
      qi_id: ctx.qi_id,
      request_id: ctx.request_id,
      generation_id: ctx.generation_id,
      ts: 0,
      steps: ops,
    };
    const asked = await options.ask((runtime) =>
      runtime.checkpoint(call.runId as Parameters<Runtime["checkpoint"]>[0], body),
    );
    say(`checkpoint ${short(call.runId)} ${ops.map((op) => op.id).join(",")}: ${asked.kind}`);
    if (asked.kind === "answered") {
      coverage.count("feature checkpoint");
      options.onCheckpoint(call, ops, wasOver);
      return "done";
    }
    if (asked.kind === "lost") return "unavailable";
    const { status } = asked.error as Error & { readonly status?: number };
    return status !== undefined && status < 500 ? "stale" : "unavailable";
  };

  const finish = async (call: Line, fault: CallFault | null, response: AppHttpResponse): Promise<void> => {
    if (fault === "lostAfter") {
      call.answer(failureOf(fault));
      return;
    }
    if (fault === "twice" && response.status === 206) {
      const finished = opsOf(response).filter((op) => op.op === "StepRun");
      if (finished.length > 0) await checkpoint(call, finished);
      if (finished.length > 0) await checkpoint(call, finished);
    }
    const sent = garble(response, fault);
    if (call.isOver) coverage.count("fault answerToDead");
    if (sent.status === 206) noteSaying(call, opsOf(sent), true);
    clock.after(0, () => call.answer({ kind: "response", ...sent }));
  };

  const noteSaying = (call: Line, ops: readonly WireOp[], isAnswer: boolean): void => {
    const results = new Map(ops.flatMap((op) => (op.op === "StepRun" ? [[op.id, String(op.data)] as const] : [])));
    const reported = ops.flatMap((op) => (opsOfReport.has(op.op) ? [op.id] : []));
    const { runId, itemId, generation, boot } = call;
    const saying: Saying = { runId, itemId, generation, boot, isAnswer, results, reported };
    for (const result of results.values()) {
      const key = resultKey(runId, result);
      records.sayings.set(key, [...(records.sayings.get(key) ?? []), saying]);
    }
  };

  const noteResult = (call: Line, result: OutgoingResult): void => {
    const word = result.kind === "response" ? `${result.status}` : result.code;
    say(`answer ${call.fn.slug} ${short(call.runId)} ${call.target ?? "discovery"}: ${word} ${opNames(result)}`);
    if (result.kind === "response" && result.status === 200 && isFromSdk(result)) return;
    const ops = result.kind === "response" && result.status === 206 ? opsOf(result) : null;
    const isFailed = ops === null || ops.length === 0 || !ops.every(({ op }) => opsOfSuccess.has(op));
    if (!isFailed) return;
    const { attempt, max_attempts: attemptsMax } = call.seen.ctx;
    const isFinal = result.kind === "response" && result.headers["x-inngest-no-retry"] === "true";
    const { itemId } = call;
    const failure: FailedAttempt = {
      itemId,
      at: clock.now(),
      attempt,
      attemptsMax,
      isFinal,
      isUnanswered: result.kind === "failed",
      isEmpty: ops?.length === 0,
      isFree: isFree(call, result),
    };
    records.failures.set(call.runId, [...(records.failures.get(call.runId) ?? []), failure]);
  };

  /** When an app refused a call for the first time, by the clock of the server. */
  const firstRefusedAt = new Map<string, number>();
  /** Says whether the call must not count: its app is waited for, and has not been for long. */
  const isFree = ({ fn }: Line, result: OutgoingResult): boolean => {
    if (result.kind === "failed" && result.code === "APP_UNREACHABLE") records.hasRefusedCalls = true;
    if (options.appWaitMs === 0 || result.kind !== "failed" || result.code !== "APP_UNREACHABLE") return false;
    const since = firstRefusedAt.get(fn.app) ?? clock.now();
    firstRefusedAt.set(fn.app, since);
    coverage.count("feature app waited for");
    return clock.now() < since + options.appWaitMs;
  };

  return {
    clientOf: (process) => ({
      request: (outgoing, signal) =>
        isOfSite(outgoing.url) ? site.request(process, outgoing, signal) : request(process, outgoing, signal),
      isPortOpen: () => Promise.resolve(false),
      isReachable: () => Promise.resolve(!faults.appsAway),
      close: () => Promise.resolve(),
    }),
    processDied(boot) {
      for (const call of inFlight) {
        if (call.boot !== boot) continue;
        call.isOver = true;
        inFlight.delete(call);
      }
    },
  };
}

/** What tells of a step without its result. */
const opsOfReport: ReadonlySet<unknown> = new Set([
  "StepPlanned",
  "Sleep",
  "WaitForEvent",
  "WaitForSignal",
  "InvokeFunction",
  "Gateway",
  "AIGateway",
]);
/** What an answer consists of that tells of no failure. */
const opsOfSuccess: ReadonlySet<unknown> = new Set(["StepRun", "RunComplete", ...opsOfReport]);

/** The part of an id that people can tell apart. */
export function short(id: string): string {
  return id.replaceAll(/[0-9A-Z]{22}(?=[0-9A-Z]{4})/gu, "");
}

function isFromSdk(result: Extract<OutgoingResult, { kind: "response" }>): boolean {
  return result.headers["x-inngest-sdk"] !== undefined;
}

/** The ops of an answer; none when it cannot be read. */
function opsOf({ body }: { readonly body: string }): readonly WireOp[] {
  try {
    const value: unknown = JSON.parse(body);
    return Array.isArray(value)
      ? (value as readonly WireOp[]).filter((op) => typeof op === "object" && op !== null)
      : [];
  } catch {
    // Garbled on purpose: such an answer says nothing.
    return [];
  }
}

function opNames(result: OutgoingResult): string {
  if (result.kind === "failed" || result.status !== 206) return "";
  return opsOf(result)
    .map((op) => `${op.op}:${op.id}`)
    .join(",");
}
