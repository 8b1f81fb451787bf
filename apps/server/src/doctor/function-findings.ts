// Why a function is not called.
import type { ApiApp, ApiFunction, ApiFunctionQueue } from "@stepwright/protocol";
import { timeText } from "../remote/table.ts";
import { pausedFinding } from "./app-findings.ts";
import type { Finding } from "./finding.ts";
import { problemFinding } from "./problem-finding.ts";
import { functionPaused } from "./run-findings.ts";

/** What is known about a function. */
export interface FunctionFacts {
  readonly fn: ApiFunction;
  readonly app: ApiApp | null;
  readonly queue: ApiFunctionQueue;
  readonly server: string;
}

/** Finds it. */
export function findInFunction({ fn, app, queue, server }: FunctionFacts): readonly Finding[] {
  const paused = app === null ? [] : pausedFinding(app);
  const stopped = paused.length > 0 ? paused : functionPaused(fn);
  const problem = app === null || app.problem === null ? [] : [problemFinding(app, app.problem, server)];
  // Calls of a paused function wait for that, and it is told.
  const waiting = stopped.length > 0 ? [] : queue.lines.map((line) => lineFinding(fn, line));
  return [...stopped, ...problem, ...waiting];
}

function lineFinding({ slug }: ApiFunction, { count, waitsFor }: ApiFunctionQueue["lines"][number]): Finding {
  const calls = count === 1 ? "1 call of" : `${count} calls of`;
  const [holder] = waitsFor.holders;
  const until = waitsFor.until === null ? "" : `, next at ${timeText(waitsFor.until)}`;
  return {
    code: "FUNCTION_WAITS_FOR_LIMIT",
    says: `${calls} ${slug} ${count === 1 ? "is" : "are"} ${waitsFor.text}${until}`,
    fix: `Raise that limit in the function's configuration, or clear what waits: stepwright functions drop-backlog ${slug}${holder === undefined ? "" : ` (a slot is held by run ${holder})`}`,
  };
}
