// The SDK of a simulated app: it replays a function's code from its memos as the published ones do, runs a single new
// step at once, reports everything else, runs a planned step when told to, and may checkpoint (sdk-protocol.md §10, §13).
import type { AppHttpResponse } from "@stepwright/protocol";
import {
  type Found,
  functionError,
  opsAnswer,
  replay,
  type SdkMode,
  sdkHeaders,
  type WireOp,
} from "@stepwright/test-parts";
import type { Code, CodeStep } from "./code.ts";
import { fetchUrlOf } from "./site.ts";

/** What a request says, as far as an SDK reads it. */
export interface SeenRequest {
  readonly ctx: {
    readonly run_id: string;
    readonly fn_id: string;
    readonly attempt: number;
    readonly max_attempts: number;
    readonly generation_id: number;
    readonly qi_id: string;
    readonly request_id: string;
    readonly disable_immediate_execution: boolean;
  };
  readonly events: readonly SeenEvent[];
  readonly steps: Readonly<Record<string, unknown>>;
}

/** A triggering event as the app sees it. */
export interface SeenEvent {
  readonly id: string;
  readonly name: string;
  readonly data: { readonly user?: string; readonly n?: number; readonly [key: string]: unknown };
}

/** What the code of a call does before the answer is there. */
export type AppMove =
  | { readonly kind: "work"; readonly ms: number }
  | { readonly kind: "checkpoint"; readonly ops: readonly WireOp[] }
  | { readonly kind: "send"; readonly event: string };

/** What became of a move; `stale` is a checkpoint that was refused for good. */
export type MoveOutcome = "done" | "unavailable" | "stale";

/** One call while it runs. */
export type AppCall = Generator<AppMove, AppHttpResponse, MoveOutcome>;

/** What the SDK is given to work with. */
export interface CallOptions {
  readonly seen: SeenRequest;
  /** The step that is asked for; null for a discovery. */
  readonly target: string | null;
  readonly code: Code;
  readonly mode: SdkMode;
  /** Steps attach metadata to themselves and to their run. */
  readonly isAnnotating: boolean;
  /** Says that a checkpoint, or the end of the call, comes now rather than later. */
  readonly hits: (probability: number) => boolean;
  /** Counts an execution of a step and gives its number, from 1. */
  readonly execute: (stepId: string) => number;
  /** A text that no other answer has. */
  readonly finalText: () => string;
}

/** Answers a call. */
export function* answerCall(options: CallOptions): AppCall {
  const { seen, target, code, mode, hits } = options;
  if (target !== null) {
    const found = replay(code, resultsOf(seen)).found.find(({ step }) => step.id === target);
    if (found === undefined || !isExecuted(found.step)) return functionError(mode, { isFinal: false });
    return opsAnswer(mode, [yield* execute(options, found.step)]);
  }
  const memos = resultsOf(seen);
  const known = Object.keys(memos).length;
  const buffered: WireOp[] = [];
  for (;;) {
    const { state, found } = replay(code, memos);
    if (state === "threw")
      return buffered.length > 0 ? opsAnswer(mode, buffered) : functionError(mode, { isFinal: true });
    if (state === "done") return finalAnswer(mode, buffered, options.finalText());
    const only = found.length === 1 ? found[0]?.step : undefined;
    const hasRun = Object.keys(memos).length > known;
    // A call that has run long enough leaves its next step to another one.
    const isPlanning = seen.ctx.disable_immediate_execution || (mode.isCheckpointing && hasRun && hits(0.1));
    if (only === undefined || !isExecuted(only) || isPlanning)
      return opsAnswer(mode, [...buffered, ...found.map((one) => report(seen, one))]);
    const op = yield* execute(options, only);
    if (op.op !== "StepRun" || !mode.isCheckpointing || seen.ctx.attempt > 0) return opsAnswer(mode, [...buffered, op]);
    memos[op.id] = { data: op.data };
    buffered.push(op);
    // Steps wait in the buffer for the next checkpoint, or for the answer.
    if (hits(0.4)) continue;
    const outcome = yield { kind: "checkpoint", ops: [...buffered] };
    if (outcome === "stale") return functionError(mode, { isFinal: true });
    if (outcome === "unavailable") return opsAnswer(mode, buffered);
    buffered.length = 0;
  }
}

/** What a request says of results. Arguments that replace a step's own are told in the place of its result. */
function resultsOf(seen: SeenRequest): Record<string, unknown> {
  const isResult = (memo: unknown) => typeof memo !== "object" || memo === null || !("input" in memo);
  return Object.fromEntries(Object.entries(seen.steps).filter(([, memo]) => isResult(memo)));
}

type ExecutedStep = Extract<CodeStep, { kind: "run" | "send" }>;

function isExecuted(step: CodeStep): step is ExecutedStep {
  return step.kind === "run" || step.kind === "send";
}

function* execute(options: CallOptions, step: ExecutedStep): Generator<AppMove, WireOp, MoveOutcome> {
  const count = options.execute(step.id);
  yield { kind: "work", ms: step.ms };
  if (step.kind === "send") {
    const outcome = yield { kind: "send", event: step.event };
    if (outcome !== "done") return thrown(options, step.id, false);
  } else if (step.isFinal || count <= step.failures) return thrown(options, step.id, step.isFinal);
  // Every execution has a result of its own, so that a second one that is stored would show.
  const data = `${step.id}#${count}`;
  const metadata = options.isAnnotating ? { metadata: stepMetadata(data) } : {};
  return { op: "StepRun", id: step.id, name: step.id, displayName: step.id, opts: {}, data, ...metadata };
}

/** The kinds of metadata that steps attach to themselves and to their run. */
export const stepKinds = { result: "userland.result", steps: "userland.steps" } as const;

function stepMetadata(result: string): NonNullable<WireOp["metadata"]> {
  return [
    { scope: "step", kind: stepKinds.result, op: "set", values: { result } },
    { scope: "run", kind: stepKinds.steps, op: "add", values: { count: 1 } },
  ];
}

function thrown({ seen }: CallOptions, id: string, isFinal: boolean): WireOp {
  const isLast = isFinal || seen.ctx.attempt + 1 >= seen.ctx.max_attempts;
  return { op: isLast ? "StepFailed" : "StepError", id, name: id, error: { name: "Error", message: `${id} failed` } };
}

/** Tells of a step that the function has come to. */
function report(seen: SeenRequest, { step, isRace }: Found<CodeStep>): WireOp {
  const opts = isRace ? { parallelMode: "race" } : {};
  const base = { id: step.id, displayName: step.id };
  switch (step.kind) {
    case "run":
    case "send":
      return { ...base, op: "StepPlanned", name: step.id, opts };
    case "sleep":
      return { ...base, op: "Sleep", name: `${step.seconds}s`, opts };
    case "wait": {
      const condition = step.isMatching ? { if: "event.data.user == async.data.user" } : {};
      return {
        ...base,
        op: "WaitForEvent",
        name: step.event,
        opts: { ...opts, ...condition, event: step.event, timeout: `${step.seconds}s` },
      };
    }
    case "signal":
      return {
        ...base,
        op: "WaitForSignal",
        name: step.id,
        opts: { ...opts, signal: signalOf(seen.ctx.run_id, step.id), timeout: `${step.seconds}s` },
      };
    case "invoke":
      return {
        ...base,
        op: "InvokeFunction",
        name: step.id,
        opts: {
          ...opts,
          function_id: step.slug,
          payload: { data: { user: userOf(seen) } },
          timeout: `${step.seconds}s`,
        },
      };
    case "fetch":
      return {
        ...base,
        op: step.isAi ? "AIGateway" : "Gateway",
        name: step.id,
        opts: {
          ...opts,
          url: fetchUrlOf(seen.ctx.run_id, step),
          method: "POST",
          body: step.isAi ? questionOf(step.id) : "{}",
        },
      };
  }
}

/** What the code asks an AI. */
export function questionOf(stepId: string): { readonly question: string } {
  return { question: stepId };
}

/** The name of the signal that a step of a run waits for. */
export function signalOf(runId: string, stepId: string): string {
  return `${runId}/${stepId}`;
}

/** The user whom a run is for: every key of flow control is it. */
export function userOf(seen: SeenRequest): string {
  return seen.events[0]?.data.user ?? "";
}

function finalAnswer(mode: SdkMode, buffered: readonly WireOp[], text: string): AppHttpResponse {
  if (mode.version === 1 && buffered.length === 0)
    return { status: 200, headers: sdkHeaders(mode), body: JSON.stringify({ text }) };
  return opsAnswer(mode, [...buffered, { op: "RunComplete", id: "complete", data: { text } }]);
}
