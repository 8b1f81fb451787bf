// Answers changed at random: whatever an app answers, the decision is made, and a run that has not ended has something to wake it.
// `FUZZ_RUNS=100000 pnpm test fuzz` looks for longer; `FUZZ_SEED=N` repeats the one that failed.
import { millis, readSdkResponse, type SdkAnswer, ulidOf } from "@stepwright/protocol";
import { expect, it } from "vitest";
import { type Call, isEnded, type LeasedItem, readResponse } from "../src/index.ts";
import { callsOf, functionsOf, readCallCaptures } from "./captured-functions.ts";
import { type Chance, createChance, mutate, pick } from "./fuzz-answers.ts";
import { contextOf, createWorld, sendEvent, workOnSystemItem, type World } from "./model-shell.ts";
import { commitDecision, nextDueAt, runOf } from "./model-store.ts";

const captures = readCallCaptures().filter(({ file }) => !file.includes("cron"));
const runs = Number(process.env["FUZZ_RUNS"] ?? 1_500);
const first = process.env["FUZZ_SEED"];
const seeds = first === undefined ? Array.from({ length: runs }, (_, seed) => seed) : [Number(first)];
/** A run that is called for ever is not what is looked for: its retries and waits are followed this far. */
const turnsMax = 40;

it("no answer breaks the reader, and no run is left without anything to wake it", { timeout: 600_000 }, () => {
  const ends = new Map<string, number>();
  for (const seed of seeds) {
    try {
      const status = live(createChance(seed));
      ends.set(status, (ends.get(status) ?? 0) + 1);
    } catch (error) {
      throw new Error(`seed ${seed} (FUZZ_SEED=${seed} repeats it)`, { cause: error });
    }
  }
  // Were every answer refused, or none, the changes would not reach what they are to reach.
  if (first === undefined) expect([...ends.keys()]).toEqual(expect.arrayContaining(["completed", "failed"]));
});

function live(chance: Chance): string {
  const capture = pick(chance, captures);
  const calls = callsOf(capture);
  let made = 0;
  const world: World = createWorld({
    functions: functionsOf(capture),
    now: 1_795_470_000_000,
    newId: () => ulidOf(millis(world.now), Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, ++made >> 8, made & 255)),
    gateway: () => ({ kind: "failed", message: "nobody is there" }),
  });
  const [call] = calls;
  const event = call?.body["event"] as { readonly name: string; readonly data: Record<string, never> };
  sendEvent(world, { name: event.name, data: event.data });
  for (let turn = 0; turn < turnsMax; turn += 1) {
    checkWakeable(world);
    const at = nextDueAt(world.store);
    if (at === null) break;
    world.now = Math.max(world.now, at);
    const due = [...world.store.items.values()].find(({ item }) => item.at <= world.now);
    if (due === undefined) break;
    const item = world.store.lease(due.item.id);
    if (item.work.kind !== "call") {
      workOnSystemItem(world, item);
      continue;
    }
    const slug = world.store.load(item.work.runId).run.functionSlug;
    const known = calls.filter((one) => one.slug === slug);
    const { response } = pick(chance, known.length === 0 ? calls : known);
    answer(world, item, item.work, chance() < 0.3 ? response : mutate(chance, response));
  }
  checkWakeable(world);
  return [...world.store.runs.values()][0]?.run.status ?? "none";
}

function answer(
  world: World,
  item: LeasedItem,
  work: Call["work"],
  response: Parameters<typeof readSdkResponse>[0],
): void {
  const state = world.store.load(work.runId);
  if (isEnded(state.run.status)) return;
  const fn = world.registry.functions.get(state.run.functionId);
  const call: Call = {
    item,
    work,
    startedAt: millis(world.now),
    completionsSeen: state.run.progress.completions,
    attemptsMax: (fn?.config.retries ?? 0) + 1,
  };
  // As the runtime does: a step that got its result meanwhile is not asked for.
  const isKnown = work.stepId !== null && state.steps.has(work.stepId);
  const read: SdkAnswer = isKnown ? nothing : readSdkResponse(response, millis(world.now));
  expect(commitDecision(world.store, state, readResponse(state, contextOf(world), call, read))).toBe(true);
}

const nothing: SdkAnswer = { kind: "ops", ops: [], noRetry: null, retryAt: null, requestVersion: null };

function checkWakeable(world: World): void {
  const woken = new Set<unknown>([
    ...[...world.store.items.values()].map(({ item }) => runOf(item.work)),
    ...[...world.store.pauses.values()].map(({ runId }) => runId),
  ]);
  for (const { run } of world.store.runs.values()) {
    if (!isEnded(run.status)) expect(woken.has(run.id), `run ${run.id} of ${run.functionSlug} is stuck`).toBe(true);
  }
}
