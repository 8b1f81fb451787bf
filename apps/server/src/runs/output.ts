// What `stepwright runs` prints for people about many runs.
import type { ApiRunRow } from "@stepwright/protocol";
import { lengthText, oneLine, table, timeText } from "../remote/table.ts";

/** Writes a list of runs. */
export function runsTable(runs: readonly ApiRunRow[]): string {
  if (runs.length === 0) return "No run is like that.\n";
  return table(
    ["RUN", "STATUS", "FUNCTION", "QUEUED", "TOOK", "WHAT"],
    runs.map((run) => [run.id, run.status, run.functionSlug, timeText(run.queuedAt), tookText(run), whatText(run)]),
  );
}

/** Writes a run that has begun or ended just now. */
export function tailLine(run: ApiRunRow): string {
  const cells = [
    timeText(run.endedAt ?? run.startedAt ?? run.queuedAt),
    run.status.padEnd("completed".length),
    run.id,
    run.functionSlug,
    tookText(run),
    whatText(run),
  ];
  return `${cells
    .filter((cell) => cell !== "")
    .join("  ")
    .trimEnd()}\n`;
}

function tookText({ startedAt, queuedAt, endedAt }: ApiRunRow): string {
  return endedAt === null ? "" : lengthText(endedAt - (startedAt ?? queuedAt));
}

/** What it is doing, or why it has ended as it has. */
function whatText({ activity, summary }: ApiRunRow): string {
  if (activity === null) return oneLine(summary ?? "");
  const until = activity.until === null || activity.kind === "queued" ? "" : ` until ${timeText(activity.until)}`;
  return activity.waitsFor === null ? `${activity.kind}${until}` : activity.waitsFor.text;
}
