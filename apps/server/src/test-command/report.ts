// What is said about the runs when a tested command has ended.
import type { ApiRun, ApiRunStatus } from "@stepwright/protocol";
import { waterfall } from "@stepwright/testing";
import { doingText } from "../runs/doing-text.ts";
import type { KeptRuns } from "./kept-runs.ts";

/** Writes it: the traces, then what has not ended, then how many runs there were. */
export function reportText(kept: KeptRuns, { hasColors }: { readonly hasColors: boolean }): string {
  const { counts, shown, notShown } = kept;
  const traces = shown.map((run) => `${waterfall(run, { color: hasColors })}\n\n`);
  const more = notShown === 0 ? "" : `${notShown} more of them are not shown.\n\n`;
  return `\n${traces.join("")}${more}${unfinishedText(kept)}${countsText(counts)}\n`;
}

/** A line for each run that has not ended; empty when all have. */
function unfinishedText({ counts, unfinished }: KeptRuns): string {
  const count = counts.queued + counts.running;
  if (count === 0) return "";
  const lines = unfinished.map((run) => `  ${run.functionSlug} ${run.id} ${nowText(run)}\n`);
  const more = count > unfinished.length ? `  and ${count - unfinished.length} more\n` : "";
  const they = count === 1 ? "it" : "they";
  return `Not ended, nor will ${they} unless the clock is moved or an event is sent:\n${lines.join("")}${more}\n`;
}

function nowText({ doing }: ApiRun): string {
  return doing.length === 0 ? "is being called" : doing.map((one) => doingText(one)).join("; ");
}

const endedStatuses = ["completed", "failed", "cancelled", "skipped"] as const;

function countsText(counts: KeptRuns["counts"]): string {
  const parts = endedStatuses.flatMap((status) => partOf(counts[status], status));
  const unfinished = partOf(counts.queued + counts.running, "not ended");
  const total = sum(counts);
  return `${total} ${total === 1 ? "run" : "runs"}: ${[...parts, ...unfinished].join(", ")}`;
}

/** Says how many runs there were. */
export function sum(counts: Readonly<Record<ApiRunStatus, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function partOf(count: number, words: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${words}`];
}
