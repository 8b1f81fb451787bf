// What `stepwright functions` prints for people: aligned tables and sentences.
import type { ApiFunction, ApiFunctionQueue, ApiTrigger } from "@stepwright/protocol";
import { table, timeText } from "../remote/table.ts";

/** Writes the list of functions. */
export function functionsTable(functions: readonly ApiFunction[]): string {
  if (functions.length === 0) return "The server knows no function yet.\n";
  const sorted = functions.toSorted((a, b) => a.slug.localeCompare(b.slug));
  return table(
    ["FUNCTION", "APP", "STATE", "TRIGGERS"],
    sorted.map((fn) => [fn.slug, fn.appName, stateText(fn.pausedAt), fn.triggers.map(triggerText).join(", ")]),
  );
}

/** Writes the queue of a function. */
export function queueText(slug: string, queue: ApiFunctionQueue): string {
  const { pausedAt, inFlight, waiting, future, debounced, batched, lines } = queue;
  const counts = [
    `${inFlight} in flight`,
    `${waiting} waiting`,
    `${future} later`,
    ...(debounced === 0 ? [] : [`${debounced} debounced`]),
    ...(batched === 0 ? [] : [`${batched} in batches`]),
    ...(pausedAt === null ? [] : [stateText(pausedAt)]),
  ];
  const head = `${slug}: ${counts.join(", ")}\n`;
  if (lines.length === 0) return head;
  const rows = lines.map(({ keys, waitsFor, count }) => [
    String(count),
    keys.length === 0 ? "-" : keys.join(", "),
    `${waitsFor.text}${waitsFor.until === null ? "" : `, next at ${timeText(waitsFor.until)}`}`,
  ]);
  return `${head}\n${table(["CALLS", "KEY", "WHY"], rows)}`;
}

function stateText(pausedAt: number | null): string {
  return pausedAt === null ? "works" : `paused since ${timeText(pausedAt)}`;
}

function triggerText({ event, cron, timeZone }: ApiTrigger): string {
  if (event !== null) return event;
  return `cron ${cron ?? ""}${timeZone === null ? "" : ` (${timeZone})`}`;
}
