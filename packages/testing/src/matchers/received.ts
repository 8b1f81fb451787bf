// Tells whether what `expect` was given is what a matcher is about; for anything else there is a sentence that says what to do.
import type { ApiRun } from "@stepwright/protocol";
import { isRecord, isRunLike, runOf } from "../report/run-like.ts";
import { lastKnownAt } from "../report/run-times.ts";
import type { TestEngine } from "../test-engine.ts";
import type { TestRun } from "../test-run.ts";
import type { Subject } from "./verdict.ts";

/** What matchers use of a test engine. */
export type MatchedEngine = Pick<TestEngine, "runs" | "events" | "clock" | "queue" | "saveFailedRunsTo">;

/** Takes what was received as a run, or throws. */
export function takeRun(
  received: unknown,
  matcher: string,
): { readonly run: ApiRun; readonly subject: Subject & { readonly now: number } } {
  // A promise of a run has a sentence of its own for whoever looks into it.
  if (isPromise(received) || !isRunLike(received)) throw new TypeError(notRunText(received, matcher));
  const run = runOf(received);
  // Handles of a test engine know more than the API answers.
  const { seenAt, saveFailedRunsTo } = received as Partial<TestRun>;
  const now = seenAt ?? lastKnownAt(run);
  return { run, subject: { name: `the run of ${run.functionSlug}`, runs: [received], now, saveTo: saveFailedRunsTo } };
}

/** Takes what was received as a test engine, or throws. */
export function takeEngine(received: unknown, matcher: string): MatchedEngine {
  if (!isPromise(received) && isEngine(received)) return received;
  throw new TypeError(notEngineText(received, matcher));
}

function isEngine(value: unknown): value is MatchedEngine {
  return isRecord(value) && typeof value["runs"] === "function" && typeof value["events"] === "function";
}

function notRunText(received: unknown, matcher: string): string {
  const example = `expect(run).${matcher}`;
  if (isPromise(received)) {
    return `${matcher} was given a promise: await the run first, as in \`const run = await sent.run(); ${example}(…)\``;
  }
  if (isEngine(received)) {
    return `${matcher} is about a run, and was given the engine: \`const run = await (await engine.send(…)).run(); ${example}(…)\``;
  }
  if (Array.isArray(received)) {
    return `${matcher} is about one run, and was given a list of ${received.length}: take one of them`;
  }
  if (isRecord(received) && Array.isArray(received["tries"])) {
    return `${matcher} is about a run, and was given a step of one; look at the step itself, or use toHaveRunStep on the run`;
  }
  if (isRecord(received) && typeof received["run"] === "function") {
    return `${matcher} is about a run, and was given what \`send\` returned: \`const run = await sent.run(); ${example}(…)\``;
  }
  return `${matcher} is about a run of a test engine, and was given ${kindOf(received)}`;
}

function notEngineText(received: unknown, matcher: string): string {
  const example = `await expect(engine).${matcher}(…)`;
  if (isPromise(received)) {
    return `${matcher} was given a promise: await the engine first, as in \`const engine = await createTestEngine(…); ${example}\``;
  }
  if (isRunLike(received)) return `${matcher} is about an engine, and was given a run: \`${example}\``;
  return `${matcher} is about a test engine, and was given ${kindOf(received)}: \`${example}\``;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object")
    return typeof value === "function" ? "a function" : `the ${typeof value} ${JSON.stringify(value)}`;
  const name = (value.constructor as { readonly name?: unknown } | undefined)?.name;
  return typeof name === "string" && name !== "Object" && name !== ""
    ? `an object of class ${name}`
    : "an object that is none";
}

function isPromise(value: unknown): boolean {
  return isRecord(value) && typeof value["then"] === "function";
}
