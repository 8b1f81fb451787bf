// What a matcher has found out, and how a failed assertion says it: a sentence, the difference, and the runs it is about.
import process from "node:process";
import type { ApiRun } from "@stepwright/protocol";
import { runOf, type RunLike } from "../report/run-like.ts";
import { saveRun } from "../report/save-run.ts";
import { waterfall } from "../report/waterfall.ts";
import type { MatcherContext, MatcherResult } from "./context.ts";

/** What a matcher has found out. */
export interface Verdict {
  readonly pass: boolean;
  /** What was expected, after "expected it to" or "expected it not to": `complete`. */
  readonly goal: string;
  /** What is there instead, after "but"; said of what was not to be, too. */
  readonly but: string;
  /** What is compared. */
  readonly compared?: { readonly expected: unknown; readonly received: unknown };
  /** What may help. */
  readonly hint?: string | null;
}

/** What a verdict is about. */
export interface Subject {
  /** Such as `run of shop-welcome`. */
  readonly name: string;
  readonly runs: readonly RunLike[];
  /** What the clock shows, where that is known. */
  readonly now?: number;
  /** Folder for the runs of a failed assertion; default: `STEPWRIGHT_FAILED_RUNS`. */
  readonly saveTo?: string | undefined;
}

/** Runs that a failure shows and saves; more would hide the sentence above them. */
const runsMax = 3;

/** Turns a verdict into what test runners take. */
export function resultOf(context: MatcherContext, subject: Subject, verdict: Verdict): MatcherResult {
  return { pass: verdict.pass, message: () => messageOf(context, subject, verdict) };
}

function messageOf(context: MatcherContext, subject: Subject, verdict: Verdict): string {
  const { goal, but, compared, hint } = verdict;
  const sentence = verdict.pass
    ? `expected ${subject.name} not to ${goal}, but ${but}`
    : `expected ${subject.name} to ${goal}, but ${but}`;
  const shown = subject.runs.slice(0, runsMax);
  const now = subject.now === undefined ? {} : { now: subject.now };
  return [
    sentence,
    compared === undefined || verdict.pass ? null : comparison(context, compared),
    hint ?? null,
    ...shown.map((run) => waterfall(run, now)),
    subject.runs.length > shown.length ? `… and ${subject.runs.length - shown.length} more` : null,
    savedText(context, subject, shown.map(runOf)),
  ]
    .filter((part) => part !== null && part !== "")
    .join("\n\n");
}

function comparison(
  { utils }: MatcherContext,
  { expected, received }: { readonly expected: unknown; readonly received: unknown },
): string {
  const isStructure = isObject(expected) && isObject(received);
  const diff = isStructure ? utils.diff(expected, received) : null;
  if (diff != null && diff !== "") return diff;
  return `Expected: ${utils.printExpected(expected)}\nReceived: ${utils.printReceived(received)}`;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function savedText(context: MatcherContext, subject: Subject, runs: readonly ApiRun[]): string | null {
  const folder = subject.saveTo ?? process.env["STEPWRIGHT_FAILED_RUNS"] ?? "";
  if (folder === "" || runs.length === 0) return null;
  const { currentTestName: test, testPath: testFile } = context;
  const options = {
    ...(subject.now === undefined ? {} : { now: subject.now }),
    ...(test === undefined || test === "" ? {} : { test }),
    ...(testFile === undefined ? {} : { testFile }),
  };
  try {
    const files = runs.map((run) => saveRun(run, folder, options));
    const how = `open ${files.length === 1 ? "it" : "them"} in the dashboard of "stepwright dev", at http://localhost:8288/open`;
    return `saved as ${files.join(", ")}; ${how}`;
  } catch (error) {
    // The assertion has failed all the same, and its message is what the reader needs.
    return `could not be saved: ${error instanceof Error ? error.message : String(error)}`;
  }
}
