// Replays a capture: our core makes the calls, the recorded app answers them at the recorded moments.
import {
  canonicalJson,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  millis,
  parseAsyncCheckpoint,
  readSdkResponse,
  type RunId,
  ulidOf,
  defaultRunLimits,
} from "@stepwright/protocol";
import {
  assert,
  buildRequest,
  type Call,
  checkpoint,
  type GatewayRequest,
  type GatewayResult,
  isEnded,
  type LeasedItem,
  readResponse,
  type Run,
  startCron,
} from "../src/index.ts";
import {
  type Capture,
  callsOf,
  type Exchange,
  functionsOf,
  type RecordedCall,
  recordedMemo,
} from "./captured-functions.ts";
import { readRequest } from "./fake-app.ts";
import { contextOf, createWorld, sendEvent, sendSignal, workOnSystemItem, type World } from "./model-shell.ts";
import { commitDecision, nextDueAt } from "./model-store.ts";

/** One call that our core made. */
export interface MadeCall {
  readonly runId: RunId;
  readonly body: JsonObject;
  readonly stepId: string;
  /** The recorded call with the same step and memos; null for one that only our folding of discovery calls makes. */
  readonly recorded: RecordedCall | null;
  /** Set when the answer ended the run. */
  isFinal: boolean;
}

/** What came of a replay. */
export interface Replay {
  readonly made: readonly MadeCall[];
  readonly runs: readonly Run[];
  /** Recorded run ids by ours. */
  readonly recordedRunIds: ReadonlyMap<RunId, string>;
}

interface CallInFlight {
  call: Call;
  readonly made: MadeCall;
  readonly answer: RecordedCall;
  readonly endsAt: number;
}

interface Stage {
  readonly capture: Capture;
  readonly world: World;
  /** Virtual time of the capture's start. */
  readonly base: number;
  readonly unused: Set<RecordedCall>;
  readonly inFlight: Set<CallInFlight>;
  readonly made: MadeCall[];
  readonly recordedRunIds: Map<RunId, string>;
}

/** How long after the last recorded moment ours may still act: a second more than the reference, which cuts seconds off. */
const graceMs = 1_000;
/** How long an answer takes that was not recorded for this call. */
const foldedAnswerMs = 5;

/** Replays the capture to its end. */
export function replay(capture: Capture): Replay {
  const stage = open(capture);
  const { world } = stage;
  const outside = capture.exchanges.filter(isFromOutside);
  const endsAt =
    stage.base +
    graceMs +
    Math.max(...callsOf(capture).map((call) => call.endedAt), ...outside.map(({ at_ms }) => at_ms));
  const next = [...outside];
  for (;;) {
    workOnDueItems(stage);
    const upcoming = [
      next[0] === undefined ? Infinity : stage.base + next[0].at_ms,
      ...[...stage.inFlight].map((one) => one.endsAt),
      nextDueAt(world.store) ?? Infinity,
    ];
    const at = Math.min(...upcoming);
    if (at > endsAt) break;
    world.now = Math.max(world.now, at);
    const exchange = next[0];
    if (exchange !== undefined && stage.base + exchange.at_ms <= world.now) {
      next.shift();
      takeExchange(stage, exchange);
      continue;
    }
    for (const one of stage.inFlight) if (one.endsAt <= world.now) takeAnswer(stage, one);
  }
  return {
    made: stage.made,
    runs: [...world.store.runs.values()].map(({ run }) => run),
    recordedRunIds: stage.recordedRunIds,
  };
}

function open(capture: Capture): Stage {
  const calls = callsOf(capture);
  const [first] = calls;
  assert(first !== undefined, "a capture with calls");
  const base = (first.body["event"] as { readonly ts: number }).ts;
  const functions = functionsOf(capture);
  let made = 0;
  const world: World = createWorld({
    functions,
    now: base,
    newId: () => ulidOf(millis(world.now), Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, ++made >> 8, made & 255)),
    gateway: (request) => recordedGateway(capture, request),
  });
  for (const fn of functions) {
    for (const trigger of fn.config.triggers) {
      if (trigger.kind !== "cron" || !calls.some((call) => call.slug === fn.slug)) continue;
      world.store.commit({ guards: [], effects: startCron(fn, trigger, millis(base - 1)) });
    }
  }
  return {
    capture,
    world,
    base,
    unused: new Set(calls),
    inFlight: new Set(),
    made: [],
    recordedRunIds: new Map(),
  };
}

/** Events, signals and checkpoints that reached the reference, and were accepted. */
function isFromOutside({ direction, request, response }: Exchange): boolean {
  return (
    (direction === "client->engine" || direction === "sdk->engine") &&
    request.method === "POST" &&
    response.status === 200
  );
}

function takeExchange(stage: Stage, { request, response }: Exchange): void {
  const { world } = stage;
  if (request.url.startsWith("/e/")) {
    const { ids } = response.body as { readonly ids: readonly string[] };
    const sent = Array.isArray(request.body) ? request.body : [request.body];
    sent.forEach((event: { readonly name: string; readonly data?: JsonValue }, index) => {
      const id = ids[index];
      sendEvent(world, { name: event.name, data: event.data ?? {}, ...(id === undefined ? {} : { id }) });
    });
  } else if (request.url.startsWith("/v1/signals")) {
    const { signal, data } = request.body as { readonly signal: string; readonly data: JsonValue };
    assert(sendSignal(world, signal, canonicalJson(data)), "the recorded signal found a waiter");
  } else {
    takeCheckpoint(stage, request);
  }
}

function takeCheckpoint(stage: Stage, request: Exchange["request"]): void {
  const parsed = parseAsyncCheckpoint(JSON.stringify(request.body));
  assert(parsed.kind === "checkpoint", "the recorded checkpoint can be read");
  const one = [...stage.inFlight].find(({ made }) => stage.recordedRunIds.get(made.runId) === parsed.checkpoint.runId);
  assert(one !== undefined, "a checkpoint belongs to a call in flight");
  const state = stage.world.store.load(one.made.runId);
  const outcome = checkpoint(state, contextOf(stage.world), one.call, parsed.checkpoint.ops);
  assert(
    outcome.kind === "decision" && commitDecision(stage.world.store, state, outcome.decision),
    "the checkpoint is taken",
  );
  one.call = { ...one.call, item: { ...one.call.item, attempt: 0 } };
}

function workOnDueItems(stage: Stage): void {
  const { world } = stage;
  for (;;) {
    const due = [...world.store.items.values()].find(({ item, isLeased }) => !isLeased && item.at <= world.now);
    if (due === undefined) return;
    const item = world.store.lease(due.item.id);
    if (item.work.kind === "call") dispatch(stage, item, item.work);
    else workOnSystemItem(world, item);
  }
}

function dispatch(stage: Stage, item: LeasedItem, work: Call["work"]): void {
  const { world } = stage;
  const state = world.store.load(work.runId);
  const fn = world.registry.functions.get(state.run.functionId);
  assert(fn !== undefined, "the function is registered");
  const call: Call = {
    item,
    work,
    startedAt: millis(world.now),
    completionsSeen: state.run.progress.completions,
    attemptsMax: fn.config.retries + 1,
  };
  const request = buildRequest({ state, fn, call, requestId: world.newId(), sdk: null, limits: defaultRunLimits });
  const body = JSON.parse(request.body) as JsonObject;
  const seen = readRequest(request);
  const stepId = new URL(request.url).searchParams.get("stepId") ?? "";
  const recordedRunId = recordedRunOf(stage, work.runId, { slug: fn.slug, body });
  const wanted = { runId: recordedRunId, stepId, attempt: seen.ctx.attempt, stack: seen.ctx.stack.stack };
  const recorded = [...stage.unused].find((one) => isSameCall(one, wanted)) ?? null;
  if (recorded !== null) stage.unused.delete(recorded);
  const answer = recorded ?? nearestAnswer(stage.capture, wanted);
  const made: MadeCall = { runId: work.runId, body, stepId, recorded, isFinal: false };
  stage.made.push(made);
  const tookMs = recorded === null ? foldedAnswerMs : answer.endedAt - answer.startedAt;
  const endsAt = recorded === null ? world.now + tookMs : Math.max(stage.base + answer.endedAt, world.now + tookMs);
  stage.inFlight.add({ call, made, answer, endsAt });
}

interface WantedCall {
  readonly runId: string;
  readonly stepId: string;
  readonly attempt: number;
  readonly stack: readonly string[];
}

function isSameCall(recorded: RecordedCall, wanted: WantedCall): boolean {
  return (
    recorded.runId === wanted.runId &&
    recorded.stepId === wanted.stepId &&
    recorded.attempt === wanted.attempt &&
    hasSameSteps(recorded.stack, wanted.stack)
  );
}

function hasSameSteps(one: readonly string[], other: readonly string[]): boolean {
  return [...one].sort().join() === [...other].sort().join();
}

/** What the app told when it knew of the most of these steps: it reports again what is pending. */
function nearestAnswer(capture: Capture, wanted: WantedCall): RecordedCall {
  const known = callsOf(capture)
    .filter((one) => one.runId === wanted.runId && one.stepId === wanted.stepId)
    .filter((one) => one.stack.every((id) => wanted.stack.includes(id)))
    .sort((a, b) => b.stack.length - a.stack.length);
  const [nearest] = known;
  assert(nearest !== undefined, `the app was never asked for ${JSON.stringify(wanted)}`);
  return nearest;
}

/** The recorded run that ours repeats: of the same function, with the same event. */
function recordedRunOf(stage: Stage, runId: RunId, seen: { readonly slug: string; readonly body: JsonObject }): string {
  const known = stage.recordedRunIds.get(runId);
  if (known !== undefined) return known;
  const taken = new Set(stage.recordedRunIds.values());
  const candidates = callsOf(stage.capture).filter((one) => one.slug === seen.slug && !taken.has(one.runId));
  const names = runNames(stage.recordedRunIds);
  const event = (body: JsonObject) => canonicalJson(normalise(body["event"] ?? null, names));
  const same = candidates.find((one) => event(one.body) === event(seen.body));
  const found = same ?? candidates[0];
  assert(found !== undefined, `the reference did not start ${seen.slug}`);
  stage.recordedRunIds.set(runId, found.runId);
  return found.runId;
}

function takeAnswer(stage: Stage, one: CallInFlight): void {
  const { world } = stage;
  stage.inFlight.delete(one);
  const state = world.store.load(one.made.runId);
  if (isEnded(state.run.status)) return;
  const answer = readSdkResponse(one.answer.response, millis(world.now));
  const decision = readResponse(state, contextOf(world), one.call, answer);
  assert(commitDecision(world.store, state, decision), "an answer is taken");
  one.made.isFinal = isEnded(decision.run.status);
}

/** The upstream's answer, told from the memo that came of it. */
function recordedGateway(capture: Capture, request: GatewayRequest): GatewayResult {
  const op = callsOf(capture)
    .flatMap(({ response }) => JSON.parse(response.body) as readonly { readonly op?: string; readonly id?: string }[])
    .find((one) => one.op === request.op);
  const memo = recordedMemo(capture, op?.id ?? "");
  assert(memo !== null, "the reference memoized the request");
  const { data, error } = JSON.parse(memo) as RecordedRequest;
  if (error !== undefined) {
    const status = Number(/status code: (\d+)/.exec(error.message)?.[1]);
    return { kind: "response", status, headers: {}, body: error.stack };
  }
  if (request.op === "AIGateway") return { kind: "response", status: 200, headers: {}, body: JSON.stringify(data) };
  assert(data !== undefined, "a request that did not fail has data");
  return { kind: "response", status: data.status_code, headers: data.headers, body: data.body };
}

/** The memo of a request that the reference made. */
interface RecordedRequest {
  readonly data?: { readonly status_code: number; readonly headers: Record<string, string>; readonly body: string };
  readonly error?: { readonly message: string; readonly stack: string };
}

/** One name for each run, by our id and by the recorded one. */
export function runNames(recordedRunIds: ReadonlyMap<RunId, string>): ReadonlyMap<string, string> {
  return new Map([...recordedRunIds].flatMap((ids, index) => ids.map((id) => [id, `<run ${index}>`] as const)));
}

const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const ulid = /\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g;
/** Facts of one moment or one machine, and the reference's tracing. */
const droppedKeys: ReadonlySet<string> = new Set([
  "request_id",
  "job_id",
  "qi_id",
  "generation_id",
  "gid",
  "isr",
  "tc",
  "source_fn_v",
]);
const timeKeys: ReadonlySet<string> = new Set(["ts", "expire"]);

/** Brings a request, or a part of it, into a form in which two servers agree. */
export function normalise(value: JsonValue, names: ReadonlyMap<string, string>): JsonValue {
  if (typeof value === "string") {
    return value.replaceAll(ulid, (id) => names.get(id) ?? "<ulid>").replaceAll(uuid, "<uuid>");
  }
  if (Array.isArray(value)) return value.map((item) => normalise(item, names));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !droppedKeys.has(key))
      .map(([key, item]) => [key, timeKeys.has(key) ? "<time>" : normalise(item, names)]),
  );
}
