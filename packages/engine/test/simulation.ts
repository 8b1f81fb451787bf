// One simulated run: the core, a store in memory, an app that replays code, and a seed that decides what happens next.
// It checks on the way that discovery calls never overlap and that results, once seen, stand.
import {
  type Millis,
  millis,
  type RunId,
  asFunctionId,
  parseOpList,
  readSdkResponse,
  defaultRunLimits,
} from "@stepwright/protocol";
import { type SdkMode, stepsOf, type WireOp } from "@stepwright/test-parts";
import {
  assert,
  buildRequest,
  type Call,
  checkpoint,
  type Decision,
  isDiscovery,
  isEnded,
  type LeasedItem,
  readResponse,
  startedCalling,
} from "../src/index.ts";
import { answerCall, type AppCall, type AppLog, type Chance, type Code, readRequest } from "./fake-app.ts";
import { contextOf, createWorld, sendEvent, workOnSystemItem, type World } from "./model-shell.ts";
import { commitDecision, nextDueAt } from "./model-store.ts";
import { noon, sampleFunction } from "./sample.ts";

/** Attempts that every function has. */
export const attemptsMax = 5;
const crashesMax = 3;
const childOk: Code = { kind: "run", id: "c", failures: 1, isFinal: false };
const childBad: Code = { kind: "run", id: "c", failures: 0, isFinal: true };
/** How the functions that can be invoked end. */
export const childEnds = { "sim-ok": "completed", "sim-bad": "failed" } as const;

interface CallInFlight {
  call: Call;
  readonly app: AppCall;
  /** Its process died, though its answer may still come. */
  isZombie: boolean;
  told: "taken" | "unavailable" | "stale";
}

/** A run in simulation, or what is left of it. */
export interface Simulation {
  readonly world: World;
  readonly code: Code;
  readonly mode: SdkMode;
  readonly chance: Chance;
  readonly log: AppLog;
  readonly inFlight: Set<CallInFlight>;
  readonly memosSeen: Map<string, string>;
  /** The memos of every fresh discovery call, by run. */
  readonly stacks: Map<RunId, string[]>;
  finals: number;
  calls: number;
  crashes: number;
}

/** Runs the code to its end under the interleaving of the seed. Throws when an invariant breaks on the way. */
export function simulate(code: Code, mode: SdkMode, seed: number): Simulation {
  const simulation = open(code, mode, seed);
  const { world } = simulation;
  sendEvent(world, { name: "sim/start", data: {} });
  for (let turn = 0; !isOver(simulation); turn += 1) {
    assert(turn < 5_000, "a run comes to an end");
    takeTurn(simulation);
  }
  return simulation;
}

function open(code: Code, mode: SdkMode, seed: number): Simulation {
  const chance = seededChance(seed);
  const make = (slug: string, event: string | null) =>
    sampleFunction(
      {
        slug,
        url: `http://localhost:3000/api?fnId=${slug}`,
        retries: attemptsMax - 1,
        triggers: event === null ? [] : [{ kind: "event", event, expression: null }],
      },
      asFunctionId(slug),
    );
  return {
    world: createWorld({
      now: noon,
      functions: [make("sim-main", "sim/start"), make("sim-ok", null), make("sim-bad", null)],
    }),
    code,
    mode,
    chance,
    log: { succeeded: new Map(), executed: new Map(), hiccupsLeft: chance.hits(0.3) ? 1 : 0 },
    inFlight: new Set(),
    memosSeen: new Map(),
    stacks: new Map(),
    finals: 0,
    calls: 0,
    crashes: 0,
  };
}

function isOver(simulation: Simulation): boolean {
  return simulation.inFlight.size === 0 && simulation.world.store.items.size === 0;
}

/** Something that can happen next does. */
function takeTurn(simulation: Simulation): void {
  const { world, chance, inFlight } = simulation;
  const due = [...world.store.items.values()].filter(({ item, isLeased }) => !isLeased && item.at <= world.now);
  const moves: (() => void)[] = [
    ...due.map(
      ({ item }) =>
        () =>
          workOn(simulation, world.store.lease(item.id)),
    ),
    ...[...inFlight].map((one) => () => goOn(simulation, one)),
    ...stepsOf(simulation.code).flatMap((step) =>
      step.kind === "wait" && chance.hits(0.03) ? [() => sendEvent(world, { name: `sim/${step.id}`, data: {} })] : [],
    ),
  ];
  const alive = [...inFlight].filter((one) => !one.isZombie);
  if (alive.length > 0 && simulation.crashes < crashesMax && chance.hits(0.02)) {
    moves.push(() => crash(simulation, pick(chance, alive)));
  }
  const nextAt = nextDueAt(world.store);
  // An invoked run's year-long timeout must not pass while its call is out.
  const canWait = nextAt !== null && nextAt > world.now && nextAt < world.now + 24 * 3_600_000;
  if (canWait && (moves.length === 0 || chance.hits(0.1))) moves.push(() => (world.now = nextAt));
  pick(chance, moves)();
}

function workOn(simulation: Simulation, item: LeasedItem): void {
  const { world, chance } = simulation;
  // A crash before the commit: the work is simply done again.
  if (item.work.kind !== "call") {
    if (simulation.crashes < crashesMax && chance.hits(0.02)) {
      simulation.crashes += 1;
      world.store.loseLease(item.id);
    } else {
      workOnSystemItem(world, item);
    }
    return;
  }
  dispatch(simulation, item, item.work);
}

function dispatch(simulation: Simulation, item: LeasedItem, work: Call["work"]): void {
  const { world, mode, chance, log } = simulation;
  const state = world.store.load(work.runId);
  assert(!isEnded(state.run.status), "an ended run has no items");
  const fn = world.registry.functions.get(state.run.functionId);
  assert(fn !== undefined, "the function is registered");
  const call: Call = {
    item,
    work,
    startedAt: millis(world.now),
    completionsSeen: state.run.progress.completions,
    attemptsMax,
  };
  const request = buildRequest({ state, fn, call, requestId: world.newId(), sdk: null, limits: defaultRunLimits });
  simulation.calls += 1;
  assertMemosStand(simulation, work.runId, readRequest(request).steps);
  if (isDiscovery(call)) assertDiscoveryIsAlone(simulation, call);
  if (state.run.status === "queued" && chance.hits(0.5)) {
    commitDecision(world.store, state, startedCalling(state, contextOf(world), call));
  }
  const code = { "sim-main": simulation.code, "sim-ok": childOk, "sim-bad": childBad }[fn.slug];
  assert(code !== undefined, "the app has the function");
  const app = answerCall({ request, code, mode, chance, log });
  simulation.inFlight.add({ call, app, isZombie: false, told: "taken" });
}

/** Results never change once an app has seen them. */
function assertMemosStand(simulation: Simulation, runId: RunId, steps: Readonly<Record<string, unknown>>): void {
  for (const [id, memo] of Object.entries(steps)) {
    const key = `${runId} ${id}`;
    const text = JSON.stringify(memo);
    assert((simulation.memosSeen.get(key) ?? text) === text, `the result of ${key} does not change`);
    simulation.memosSeen.set(key, text);
  }
}

function assertDiscoveryIsAlone(simulation: Simulation, call: Call): void {
  const { runId } = call.work;
  const state = simulation.world.store.load(runId);
  for (const other of simulation.inFlight) {
    const overlaps = isDiscovery(other.call) && other.call.work.runId === runId && !other.isZombie;
    assert(!overlaps, `the discovery ${call.item.id} does not overlap ${other.call.item.id}`);
  }
  const { requestVersion, pending, race } = state.run.progress;
  assert(
    requestVersion < 2 || pending.length === 0 || race.length > 0,
    "with version 2 a group has all its results before the function is called",
  );
  if (call.item.attempt > 0 || call.item.generation > 1) return;
  const stacks = simulation.stacks.get(runId) ?? [];
  stacks.push(state.stack.join());
  simulation.stacks.set(runId, stacks);
}

/** The app goes on by one checkpoint, or answers. */
function goOn(simulation: Simulation, one: CallInFlight): void {
  const next = one.app.next(one.told);
  if (!next.done) {
    takeCheckpoint(simulation, one, next.value);
    return;
  }
  const { world } = simulation;
  simulation.inFlight.delete(one);
  const state = world.store.load(one.call.work.runId);
  if (isEnded(state.run.status)) return;
  const answer = readSdkResponse(next.value, millis(world.now));
  const decision = readResponse(state, contextOf(world), one.call, answer);
  const isApplied = commitDecision(world.store, state, decision);
  assert(isApplied !== one.isZombie, "an answer counts if, and only if, its dispatch still holds the lease");
  // What a late answer would have caused is not asked: it knows nothing of the dispatch that followed its own.
  if (!isApplied) return;
  assertNobodyIdles(decision, millis(world.now));
  if (decision.run.status === "completed") simulation.finals += 1;
}

/** An app that answers as it should is never asked again for want of a better idea. */
function assertNobodyIdles(decision: Decision, now: Millis): void {
  for (const effect of decision.transition.effects) {
    const isLater = effect.kind === "enqueue" && effect.item.work.kind === "call" && effect.item.at > now;
    assert(!isLater, "whatever is to be called is called at once");
  }
}

function takeCheckpoint(simulation: Simulation, one: CallInFlight, ops: readonly WireOp[]): void {
  const { world, chance } = simulation;
  if (chance.hits(0.1)) {
    one.told = "unavailable";
    return;
  }
  const state = world.store.load(one.call.work.runId);
  if (isEnded(state.run.status)) {
    one.told = "stale";
    return;
  }
  const parsed = parseOpList(ops);
  assert(parsed.kind === "ops", "the fake app sends ops");
  const outcome = checkpoint(state, contextOf(world), one.call, parsed.ops);
  assert(outcome.kind === "decision", "finished steps may be checkpointed");
  const isApplied = commitDecision(world.store, state, outcome.decision);
  assert(isApplied !== one.isZombie, "a checkpoint counts if, and only if, its dispatch still holds the lease");
  one.told = isApplied ? "taken" : "stale";
  if (isApplied) one.call = { ...one.call, item: { ...one.call.item, attempt: 0 } };
}

/** The process that made the call dies; the app may not know. */
function crash(simulation: Simulation, one: CallInFlight): void {
  simulation.crashes += 1;
  one.isZombie = true;
  simulation.world.store.loseLease(one.call.item.id);
  if (simulation.chance.hits(0.5)) simulation.inFlight.delete(one);
}

function pick<T>(chance: Chance, items: readonly T[]): T {
  const item = items[Math.floor(chance.fraction() * items.length)];
  assert(item !== undefined, "there is something to pick");
  return item;
}

function seededChance(seed: number): Chance {
  let state = seed >>> 0;
  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { fraction, hits: (probability) => fraction() < probability };
}
