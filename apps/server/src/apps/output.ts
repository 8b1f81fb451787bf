// What `stepwright apps` prints for people.
import type { ApiApp } from "@stepwright/protocol";
import { oneLine, table, timeText } from "../remote/table.ts";

/** Writes the list of apps, with what is wrong with each below. */
export function appsTable(apps: readonly ApiApp[]): string {
  if (apps.length === 0) return "The server knows no app yet.\n";
  const sorted = apps.toSorted((a, b) => a.name.localeCompare(b.name));
  const rows = sorted.map((app) => [
    app.name,
    stateText(app),
    String(app.functionCount),
    app.sdk ?? "",
    app.syncedAt === null ? "never" : timeText(app.syncedAt),
    app.url,
  ]);
  const problems = sorted.flatMap(({ name, problem }) =>
    problem === null ? [] : [`${name}: ${oneLine(problem.message)}\n`],
  );
  const below = problems.length === 0 ? "" : `\n${problems.join("")}`;
  return `${table(["APP", "STATE", "FUNCTIONS", "SDK", "SYNCED", "URL"], rows)}${below}`;
}

/** Writes what came of a sync that worked. */
export function syncedText({ name, url, functionCount }: ApiApp): string {
  return `${name} is synced: ${functionCount} ${functionCount === 1 ? "function" : "functions"} at ${url}.\n`;
}

function stateText({ status, pausedAt }: ApiApp): string {
  return pausedAt === null ? status : `paused since ${timeText(pausedAt)}`;
}
