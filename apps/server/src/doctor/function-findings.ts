// Why a function is not called.
import type { ApiApp, ApiFunction, ApiFunctionQueue } from "@stepwright/protocol";
import { timeText } from "../remote/table.ts";
import { pausedFinding } from "./app-findings.ts";
import type { Finding } from "./finding.ts";
import { limitFix } from "./limit-fix.ts";
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
  return [...stopped, ...problem, ...queue.lines.flatMap((line) => lineFinding(fn, line) ?? [])];
}

function lineFinding({ slug }: ApiFunction, { count, waitsFor }: ApiFunctionQueue["lines"][number]): Finding | null {
  const fix = limitFix(waitsFor);
  if (fix === null) return null;
  const calls = count === 1 ? "1 call of" : `${count} calls of`;
  const until = waitsFor.until === null ? "" : `, next at ${timeText(waitsFor.until)}`;
  return {
    code: "FUNCTION_WAITS_FOR_LIMIT",
    says: `${calls} ${slug} ${count === 1 ? "is" : "are"} ${waitsFor.text}${until}`,
    fix: `${fix}; to clear what waits: stepwright functions drop-backlog ${slug}`,
  };
}
