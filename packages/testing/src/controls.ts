// What a test does with the engine, in plain data: the routes for other languages and the API for this one both rest on it.
import type { TestControls } from "@stepwright/http";
import type { ApiDoing, ApiRun } from "@stepwright/protocol";
import type { FunctionSlugs } from "./function-slugs.ts";
import type { FaultPlan } from "./interference/faults.ts";
import type { Stubs } from "./interference/stubs.ts";
import type { QueueControl } from "./queue-control.ts";
import type { Rig } from "./rig.ts";
import { describeRun, type RunReader } from "./run-reader.ts";
import { isEnded } from "./run-status.ts";
import { startedRunId } from "./started-run.ts";
import { type ClockMover, linesOf } from "./test-clock.ts";
import type { Turns } from "./turns.ts";

/** Makes the controls. */
export function createControls(parts: {
  readonly rig: Rig;
  readonly clock: ClockMover;
  readonly turns: Turns;
  readonly reader: RunReader;
  readonly slugs: FunctionSlugs;
  readonly queue: QueueControl;
  readonly stubs: Stubs;
  readonly faults: FaultPlan;
}): TestControls {
  const { rig, clock, turns, reader, slugs, queue, stubs, faults } = parts;
  const slugOrNull = (fn: string | null): string | null => (fn === null ? null : slugs.of(fn));

  return {
    clock: () => ({ now: rig.clock.now(), nextAt: rig.clock.nextWakeAt() }),
    advance: clock.advance,
    set: clock.set,
    async next() {
      const at = await clock.next();
      return at === null ? null : at.getTime();
    },
    runUntilIdle: (within) => clock.runUntilIdle(within === undefined ? {} : { within }),
    settle: clock.settle,
    finishRun: (runId) => finishRun({ clock, reader, queue }, runId),

    pauseQueue: async (fns) => queue.pause(slugs.ofAll(fns)),
    resumeQueue: async (fns) => queue.resume(slugs.ofAll(fns)),
    drainQueue: async (fns) => queue.drain(slugs.ofAll(fns)),
    clearQueue: async (fns) => queue.clear(slugs.ofAll(fns)),
    pending: async (fns) => queue.pending(slugs.ofAll(fns)),

    async cron(fn) {
      const slug = slugs.of(fn);
      const became = await rig.runtime.tick(slug);
      if (became === null) throw new Error(`${slug} has no cron trigger; start it by an event, or invoke it`);
      await turns.take(rig.settle);
      return startedRunId(slug, became);
    },

    stub: (rule) => stubs.add({ ...rule, function: slugOrNull(rule.function) }),
    unstub: () => stubs.clear(),
    addFault: (rule) => faults.add({ ...rule, function: slugOrNull(rule.function) }),
    appGoesAway(appId) {
      refuseUnknownApp(rig, appId);
      faults.away.add(appId);
    },
    appComesBack(appId) {
      if (appId === null) faults.away.clear();
      else faults.away.delete(appId);
    },
    randomFaults: (random) => faults.random(random),
    clearFaults: () => faults.clear(),

    crash: () =>
      turns.take(async () => {
        await rig.crash();
        await rig.settle();
      }),
    reset: () =>
      turns.take(async () => {
        stubs.clear();
        faults.clear();
        queue.forget();
        await rig.reset();
      }),
  };
}

/** Jumps so often on for a run that has no time to wait for: others may yet do what it waits for. */
const hopesMax = 100;

async function finishRun(
  { clock, reader, queue }: { readonly clock: ClockMover; readonly reader: RunReader; readonly queue: QueueControl },
  runId: string,
): Promise<ApiRun> {
  let hopes = 0;
  let isHopeless = false;
  // Read while it has its turn: a reset that waits for its own would leave nothing to read.
  let last = null as ApiRun | null;
  const outcome = await clock.jumpUntil(async () => {
    const run = await reader.run(runId);
    last = run;
    const isHeld = queue.isHeld(run.functionSlug) && run.doing.every(({ kind }) => callKinds.has(kind));
    hopes = run.doing.some((one) => isTimed(one, clock.now())) ? 0 : hopes + 1;
    isHopeless = !isEnded(run) && (isHeld || hopes > hopesMax);
    return isEnded(run) || isHopeless;
  });
  const run = last ?? (await reader.run(runId));
  if (outcome === "done" && !isHopeless) return run;
  const held = queue.isHeld(run.functionSlug) ? "; its queue is paused: resume or drain it" : "";
  const what = `${describeRun(run)}${held}`;
  if (outcome === "done" || outcome === "nothingDue") throw new Error(what);
  const pending = (await queue.pending(null)).map(({ functionSlug, kind, step, at }) => ({
    text: `${functionSlug}: ${kind}${step === null ? "" : ` in "${step}"`}${at === null ? "" : ` until ${new Date(at).toISOString()}`}`,
  }));
  const limit =
    outcome === "tooSlow"
      ? `the clock has jumped to ${clock.date().toISOString()} for it, which took too long by real time (\`waitTimeoutMs\` allows more)`
      : "the clock has jumped too often for it, so it seems never to end (`jumpsMax` allows more)";
  throw new Error(`${what}; ${limit}. What is pending:\n${linesOf(pending)}`);
}

const callKinds: ReadonlySet<string> = new Set(["queued", "retrying"]);

/** Time will do something for it: its own, that of a limit it waits at, or that of the runs that hold its place. */
function isTimed({ at, waitsFor }: ApiDoing, now: number): boolean {
  return (at ?? 0) > now || (waitsFor?.until ?? 0) > now || (waitsFor?.holders.length ?? 0) > 0;
}

function refuseUnknownApp(rig: Rig, appId: string | null): void {
  const names = rig.runtime.registry().apps.map(({ name }) => name);
  if (appId === null || names.includes(appId)) return;
  throw new Error(`the engine knows no app "${appId}"; it knows ${names.length === 0 ? "none" : names.join(", ")}`);
}
