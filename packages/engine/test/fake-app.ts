// An app whose SDK replays a function from its memos, as the published ones do: it runs a single new step at once,
// reports everything else, runs a planned step when told to, and may checkpoint (sdk-protocol.md §10, §13).
import type { AppHttpResponse } from "@stepwright/protocol";
import {
  type CodeTree,
  type Found,
  functionError,
  opsAnswer,
  replay,
  type SdkMode,
  sdkHeaders,
  type WireOp,
} from "@stepwright/test-parts";
import type { CallRequest } from "../src/index.ts";

/** One step of the code. */
export type Step =
  /** `failures` first executions throw; final ones throw a non-retriable error. */
  | { readonly kind: "run"; readonly id: string; readonly failures: number; readonly isFinal: boolean }
  | { readonly kind: "sleep"; readonly id: string; readonly seconds: number }
  /** Waits for the event `sim/<id>`; resolves either way. */
  | { readonly kind: "wait"; readonly id: string; readonly seconds: number }
  | { readonly kind: "invoke"; readonly id: string; readonly slug: string };

/** A function's code. */
export type Code = CodeTree<Step>;

/** Chance of a seeded run. */
export interface Chance {
  /** Uniform in [0, 1). */
  readonly fraction: () => number;
  /** True with this probability. */
  readonly hits: (probability: number) => boolean;
}

/** What happened in the app, over all calls. */
export interface AppLog {
  /** Executions of each step that succeeded. */
  readonly succeeded: Map<string, number>;
  readonly executed: Map<string, number>;
  /** Function errors that code did not cause, still to be thrown. */
  hiccupsLeft: number;
}

/** One call while it runs: it yields checkpoints, is told whether each was taken, and returns its answer. */
export type AppCall = Generator<readonly WireOp[], AppHttpResponse, "taken" | "unavailable" | "stale">;

type Memos = Readonly<Record<string, unknown>>;

/** What a request says, as far as an SDK reads it. */
export interface SeenRequest {
  readonly ctx: {
    readonly run_id: string;
    readonly attempt: number;
    readonly max_attempts: number;
    readonly disable_immediate_execution: boolean;
    readonly stack: { readonly stack: readonly string[] };
  };
  readonly steps: Memos;
  readonly version: number;
}

/** Reads a request's body. */
export function readRequest(request: CallRequest): SeenRequest {
  return JSON.parse(request.body) as SeenRequest;
}

/** Answers a call. */
export function* answerCall(options: {
  readonly request: CallRequest;
  readonly code: Code;
  readonly mode: SdkMode;
  readonly chance: Chance;
  readonly log: AppLog;
}): AppCall {
  const { code, mode, chance, log } = options;
  const seen = readRequest(options.request);
  const target = new URL(options.request.url).searchParams.get("stepId");
  const run = (step: Extract<Step, { kind: "run" }>) => execute(step, seen, log);
  // Not on a later attempt, where it could use up what a failing step still needs.
  if (log.hiccupsLeft > 0 && seen.ctx.attempt === 0 && chance.hits(0.2)) {
    log.hiccupsLeft -= 1;
    return functionError(mode, { isFinal: false });
  }
  if (target !== "step") {
    const found = replay(code, seen.steps).found.find(({ step }) => step.id === target);
    if (found?.step.kind !== "run") return functionError(mode, { isFinal: false });
    return opsAnswer(mode, [run(found.step)]);
  }
  const memos: Record<string, unknown> = { ...seen.steps };
  const buffered: WireOp[] = [];
  for (;;) {
    const { state, found } = replay(code, memos);
    if (state === "threw")
      return buffered.length > 0 ? opsAnswer(mode, buffered) : functionError(mode, { isFinal: true });
    if (state === "done") return finalAnswer(mode, buffered, memos);
    const only = found.length === 1 ? found[0]?.step : undefined;
    // A call that has run long enough leaves its next step to another one.
    const isTimeUp =
      mode.isCheckpointing && Object.keys(memos).length > Object.keys(seen.steps).length && chance.hits(0.1);
    const isPlanning = seen.ctx.disable_immediate_execution || isTimeUp;
    if (only?.kind !== "run" || isPlanning) return opsAnswer(mode, [...buffered, ...found.map(report)]);
    const op = run(only);
    if (op.op !== "StepRun" || !mode.isCheckpointing || seen.ctx.attempt > 0) return opsAnswer(mode, [...buffered, op]);
    memos[op.id] = { data: op.data };
    buffered.push(op);
    // Steps wait in the buffer for the next checkpoint, or for the answer.
    if (chance.hits(0.2)) continue;
    const outcome = yield [...buffered];
    if (outcome === "stale") return functionError(mode, { isFinal: true });
    if (outcome === "unavailable") return opsAnswer(mode, buffered);
    buffered.length = 0;
  }
}

/** Says how the function must end, whatever the order in which things happen. */
export function expectedEnd(
  code: Code,
  slugEnds: Readonly<Record<string, "completed" | "failed">>,
): "completed" | "failed" {
  switch (code.kind) {
    case "run":
      return code.isFinal || code.failures === Infinity ? "failed" : "completed";
    case "sleep":
    case "wait":
      return "completed";
    case "invoke":
      return slugEnds[code.slug] ?? "failed";
    case "sequence":
    case "all":
      return code.parts.some((part) => expectedEnd(part, slugEnds) === "failed") ? "failed" : "completed";
    case "caught":
      return "completed";
  }
}

function report({ step, isRace }: Found<Step>): WireOp {
  const opts = isRace ? { parallelMode: "race" } : {};
  switch (step.kind) {
    case "run":
      return { op: "StepPlanned", id: step.id, name: step.id, opts };
    case "sleep":
      return { op: "Sleep", id: step.id, name: `${step.seconds}s`, opts };
    case "wait":
      return {
        op: "WaitForEvent",
        id: step.id,
        name: `sim/${step.id}`,
        opts: { ...opts, timeout: `${step.seconds}s` },
      };
    case "invoke":
      return { op: "InvokeFunction", id: step.id, opts: { ...opts, function_id: step.slug, payload: { data: {} } } };
  }
}

function execute(step: Extract<Step, { kind: "run" }>, seen: SeenRequest, log: AppLog): WireOp {
  const key = `${seen.ctx.run_id} ${step.id}`;
  const count = (log.executed.get(key) ?? 0) + 1;
  log.executed.set(key, count);
  const base = { id: step.id, name: step.id };
  if (step.isFinal || count <= step.failures) {
    const isLast = step.isFinal || seen.ctx.attempt + 1 >= seen.ctx.max_attempts;
    return { ...base, op: isLast ? "StepFailed" : "StepError", error: { name: "Error", message: `${step.id} failed` } };
  }
  log.succeeded.set(key, (log.succeeded.get(key) ?? 0) + 1);
  // Every execution has a result of its own, so that a second one that is stored would show.
  return { ...base, op: "StepRun", data: `${step.id} #${count}` };
}

function finalAnswer(mode: SdkMode, buffered: readonly WireOp[], memos: Memos): AppHttpResponse {
  if (mode.version === 1 && buffered.length === 0)
    return { status: 200, headers: sdkHeaders(mode), body: JSON.stringify(memos) };
  return opsAnswer(mode, [...buffered, { op: "RunComplete", id: "complete", data: memos }]);
}
