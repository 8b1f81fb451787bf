// Tells whoever forgot an `await`, where JavaScript would only find an `undefined`.
import type { SentEvents, TestEngine } from "./test-engine.ts";
import type { TestRun } from "./test-run.ts";

const runMembers = [
  "id",
  "functionSlug",
  "status",
  "output",
  "error",
  "steps",
  "step",
  "history",
  "result",
  "ended",
  "cancel",
  "rerun",
  "details",
] as const satisfies readonly (keyof TestRun)[];

const sentMembers = ["ids", "run", "runs"] as const satisfies readonly (keyof SentEvents)[];

const engineMembers = [
  "clock",
  "queue",
  "faults",
  "url",
  "clientOptions",
  "register",
  "send",
  "invoke",
  "cron",
  "run",
  "runs",
  "events",
  "stub",
  "crash",
  "reset",
  "listen",
  "stop",
] as const satisfies readonly (keyof TestEngine)[];

/** A promise of a run that throws a sentence when it is used as the run. `call` is what has to be awaited. */
export function toRun(call: string, promise: Promise<TestRun>): Promise<TestRun> {
  return toBeAwaited(call, promise, runMembers);
}

/** The same for sent events. */
export function toSent(call: string, promise: Promise<SentEvents>): Promise<SentEvents> {
  return toBeAwaited(call, promise, sentMembers);
}

/** The same for the engine itself. */
export function toEngine(call: string, promise: Promise<TestEngine>): Promise<TestEngine> {
  return toBeAwaited(call, promise, engineMembers);
}

function toBeAwaited<T>(call: string, promise: Promise<T>, members: readonly (keyof T & string)[]): Promise<T> {
  for (const member of members) {
    Reflect.defineProperty(promise, member, {
      get() {
        throw new Error(`${call} returns a promise; await it before you use its \`${member}\``);
      },
    });
  }
  return promise;
}
