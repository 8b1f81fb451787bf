// Calls an app for a run: builds the request, sends it, and lets the core read the answer.
import {
  buildRequest,
  type Call,
  type CallRequest,
  type FunctionRecord,
  hasTooManySteps,
  heldByApp,
  type LeasedItem,
  postponeCall,
  readResponse,
  refuseCall,
  type Run,
  type RunState,
  type Work,
} from "@stepwright/engine";
import {
  appResponseTooLarge,
  type FunctionId,
  type Millis,
  millis,
  type Op,
  type QueueItemId,
  readSdkResponse,
  type SdkAnswer,
  transportError,
  type TransportErrorCode,
} from "@stepwright/protocol";
import type { AppReach } from "./app-reach.ts";
import type { FirstCalls } from "./first-calls.ts";
import { unreachableRetryMs } from "./limits.ts";
import type { CallOutcome } from "./observer.ts";
import type { OutgoingResult } from "./ports.ts";
import type { Decided, RunBox } from "./run-box.ts";
import type { Shell } from "./shell.ts";
import { requestSigned } from "./signed-request.ts";

/** Calls in flight, by queue item. A checkpoint finds its call here. */
export type CallsInFlight = Map<QueueItemId, Call>;

type CallWork = Extract<Work, { kind: "call" }>;

/** Works on a `call` item from request to committed answer. */
export async function callApp(
  shell: Shell,
  deps: {
    readonly box: RunBox;
    readonly calls: CallsInFlight;
    readonly firstCalls: FirstCalls;
    readonly reach: AppReach;
  },
  item: LeasedItem,
  work: CallWork,
): Promise<Decided> {
  const sent = await prepareCall(shell, deps.box, item, work);
  if (sent === null) return { kind: "nothing" };
  if (sent.kind === "refused") return refuse(shell, deps.box, item, work, sent.error);
  const { call } = sent;
  if (sent.kind === "answered") return decideAnswer(shell, deps, call, nothingToDo);
  const { fn, request } = sent;
  deps.calls.set(item.id, call);
  try {
    if (sent.isFirst) deps.firstCalls.began(call, fn);
    shell.observer.called(Math.max(0, call.startedAt - item.at));
    const begunAt = shell.observer.now();
    const result = await send(shell, request);
    const ms = shell.observer.now() - begunAt;
    // Stopping cut the call short: the item stays leased, and the next start sends it again.
    if (shell.signal.aborted) throw new Error("the runtime stopped during a call");
    const postponedTo = postponement(shell, deps.reach, { appId: fn.appId, url: request.url, result });
    if (postponedTo !== null) {
      shell.observer.callEnded({ outcome: "postponed", ms });
      return await postpone(shell, deps.box, call, postponedTo);
    }
    const answer = answerOf(shell, request, result);
    shell.observer.callEnded({ outcome: outcomeOf(result, answer), ms });
    return await decideAnswer(shell, deps, call, answer, result);
  } finally {
    deps.firstCalls.ended(call);
    // The item may be ours again already, as another dispatch.
    if (deps.calls.get(item.id)?.item.generation === item.generation) deps.calls.delete(item.id);
  }
}

/** The function by id, from memory or, when it is not registered any more, from the store: its runs go on. */
export async function findFunction(shell: Shell, id: FunctionId): Promise<FunctionRecord | null> {
  const known = shell.registry().functions.get(id);
  if (known !== undefined) return known;
  const gone = await shell.ports.storage.registry.functionById(id);
  return gone === null ? null : heldByApp(gone, shell.registry().apps.get(gone.appId));
}

/** Makes the request, in one turn with the run if its function is registered; null when there is no such run, or it has ended. */
async function prepareCall(shell: Shell, box: RunBox, item: LeasedItem, work: CallWork): Promise<Prepared | null> {
  const first = await box.read(work.runId, (state): Prepared | { readonly kind: "unregistered"; readonly run: Run } => {
    const fn = shell.registry().functions.get(state.run.functionId);
    return fn === undefined ? { kind: "unregistered", run: state.run } : prepare(shell, { state, fn, item, work });
  });
  if (first?.kind !== "unregistered") return first;
  const fn = await findFunction(shell, first.run.functionId);
  if (fn === null) return { kind: "refused", error: missingFunction(first.run) };
  return box.read(work.runId, (state) => prepare(shell, { state, fn, item, work }));
}

type Prepared =
  | {
      readonly kind: "ready";
      readonly fn: FunctionRecord;
      readonly call: Call;
      readonly request: CallRequest;
      readonly isFirst: boolean;
    }
  /** The step it asks for has a result meanwhile: an SDK would look for it in vain. */
  | { readonly kind: "answered"; readonly call: Call }
  | { readonly kind: "refused"; readonly error: { readonly name: string; readonly message: string } };

function prepare(
  shell: Shell,
  options: {
    readonly state: RunState;
    readonly fn: FunctionRecord;
    readonly item: LeasedItem;
    readonly work: CallWork;
  },
): Prepared {
  const { state, fn, item, work } = options;
  const limits = shell.limits.of(fn.id);
  if (hasTooManySteps(state, limits)) {
    return {
      kind: "refused",
      error: {
        name: "InngestErrFunctionOverflowed",
        message: `The function run exceeded the step limit of ${limits.stepsPerRunMax} steps. Split the work over several runs.`,
      },
    };
  }
  const call: Call = {
    item,
    work,
    startedAt: shell.ports.clock.now(),
    completionsSeen: state.run.progress.completions,
    attemptsMax: fn.config.retries + 1,
  };
  if (work.stepId !== null && state.steps.has(work.stepId)) return { kind: "answered", call };
  const sdk = shell.registry().apps.get(fn.appId)?.sdk ?? null;
  const request = buildRequest({ state, fn, call, requestId: shell.newId(), sdk, limits });
  return { kind: "ready", fn, call, request, isFirst: state.run.status === "queued" };
}

const nothingToDo: SdkAnswer = { kind: "ops", ops: [], noRetry: null, retryAt: null, requestVersion: null };

function send(shell: Shell, request: CallRequest): Promise<OutgoingResult> {
  return requestSigned(shell, {
    method: "POST",
    url: request.url,
    headers: request.headers,
    body: request.body,
    timeoutMs: shell.settings.callTimeoutMs,
    responseBytesMax: shell.settings.limits.responseBytesMax,
  });
}

function answerOf(shell: Shell, request: CallRequest, result: OutgoingResult): SdkAnswer {
  return result.kind === "response"
    ? readSdkResponse(result, shell.ports.clock.now(), shell.settings.limits)
    : {
        kind: "failed",
        error: noAnswer(shell, request.url, result),
        noRetry: null,
        retryAt: null,
        requestVersion: null,
      };
}

function outcomeOf(result: OutgoingResult, answer: SdkAnswer): CallOutcome {
  if (result.kind === "failed") return "noAnswer";
  return answer.kind === "failed" ? "failed" : "ok";
}

/** When a call that found nobody is made again without having cost anything; null for one that counts. */
function postponement(
  shell: Shell,
  reach: AppReach,
  o: { readonly appId: Run["appId"]; readonly url: string; readonly result: OutgoingResult },
): Millis | null {
  const { result } = o;
  if (result.kind !== "failed" || result.code !== "APP_UNREACHABLE") {
    reach.answered(o.appId);
    return null;
  }
  const now = shell.ports.clock.now();
  // At its place again, at once: it is the lane that is held.
  if (reach.refused(o.appId, { url: o.url, reason: result.message })) return now;
  // The server has started so lately that the app may be about to.
  return now < shell.startedAt() + shell.settings.startupGraceMs ? millis(now + unreachableRetryMs) : null;
}

function postpone(shell: Shell, box: RunBox, call: Call, at: Millis): Promise<Decided> {
  shell.log.debug({ runId: call.work.runId }, "app is not there; calling again");
  return box.decide(call.work.runId, (state) => postponeCall(state, shell.context(), call, at));
}

const transportCodes: Readonly<Record<Extract<OutgoingResult, { kind: "failed" }>["code"], TransportErrorCode>> = {
  APP_UNREACHABLE: "http_unreachable",
  APP_CONNECTION_LOST: "http_unreachable",
  APP_TIMEOUT: "request_duration_too_long",
  APP_TLS: "http_unreachable",
  APP_RESPONSE_TOO_LARGE: "output_too_large",
  APP_REDIRECT: "invalid_response",
  APP_BAD_RESPONSE: "invalid_response",
};

function noAnswer(shell: Shell, url: string, result: Extract<OutgoingResult, { kind: "failed" }>) {
  const { origin, pathname } = new URL(url);
  const at = `${origin}${pathname}`;
  // It was reached, and answered with what people have to change.
  const isTooLarge = result.code === "APP_RESPONSE_TOO_LARGE";
  const message = isTooLarge
    ? appResponseTooLarge({ url: at, max: shell.settings.limits.responseBytesMax }).message
    : `Unable to reach SDK URL ${at}: ${result.message}`;
  return transportError({ code: transportCodes[result.code], message });
}

function decideAnswer(
  shell: Shell,
  deps: { readonly box: RunBox; readonly calls: CallsInFlight },
  call: Call,
  answer: SdkAnswer,
  result?: OutgoingResult,
): Promise<Decided> {
  const signals = answer.kind === "ops" ? answer.ops.flatMap(signalOf) : [];
  // Looked up in the run's turn: a checkpoint may have given the call new attempts meanwhile.
  const read = (state: RunState, taken: ReadonlySet<string>) =>
    readResponse(state, shell.context(taken), answeredBy(deps.calls.get(call.item.id) ?? call, result), answer);
  return deps.box.decide(call.work.runId, (state) =>
    signals.length === 0 ? read(state, none) : takenOf(shell, signals).then((taken) => read(state, taken)),
  );
}

const none: ReadonlySet<string> = new Set();

function answeredBy(call: Call, result: OutgoingResult | undefined): Call {
  if (result?.kind !== "response") return call;
  return { ...call, answer: { status: result.status, headers: result.headers } };
}

/** The signals that somebody waits for already. */
async function takenOf(shell: Shell, names: readonly string[]): Promise<ReadonlySet<string>> {
  const taken = await Promise.all(
    names.map(async (name) => ((await shell.ports.storage.pauses.bySignal(name)) === null ? [] : [name])),
  );
  return new Set(taken.flat());
}

function signalOf(op: Op): string[] {
  const { signal } = op.opts;
  return op.op === "WaitForSignal" && typeof signal === "string" ? [signal] : [];
}

function refuse(
  shell: Shell,
  box: RunBox,
  item: LeasedItem,
  work: CallWork,
  error: { readonly name: string; readonly message: string },
): Promise<Decided> {
  return box.decide(work.runId, (state) => refuseCall(state, shell.context(), item, error));
}

function missingFunction(run: Run): { readonly name: string; readonly message: string } {
  return {
    name: "FunctionNotFound",
    message: `Function "${run.functionSlug}" is not known to this server any more. Sync its app again and rerun.`,
  };
}
