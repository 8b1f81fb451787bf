// What `stepwright queue` prints for people.
import type { ApiPage, ApiRetried, ApiSetAside } from "@stepwright/protocol";
import { oneLine, table, timeText } from "../remote/table.ts";

/** Writes a page of items that were set aside. */
export function setAsideTable({ items, nextCursor }: ApiPage<ApiSetAside>): string {
  if (items.length === 0) return "Nothing is set aside.\n";
  const rows = items.map(({ id, kind, at, reason }) => [id, kind, timeText(at), oneLine(reason)]);
  const more = nextCursor === null ? "" : `\nThere are more: stepwright queue list --set-aside --after ${nextCursor}\n`;
  return `${table(["ID", "KIND", "SINCE", "REASON"], rows)}${more}`;
}

/** Writes what came of trying all again. */
export function retriedText({ retried, refused }: Pick<ApiRetried, "retried" | "refused">): string {
  if (retried === 0 && refused.length === 0) return "Nothing is set aside.\n";
  const head = `${itemsText(retried)} put back into the queue; what fails again is set aside again.\n`;
  if (refused.length === 0) return head;
  const rows = refused.map(({ id, error }) => [id, oneLine(error)]);
  return `${head}${itemsText(refused.length)} not tried again:\n\n${table(["ID", "WHY"], rows)}`;
}

function itemsText(count: number): string {
  return count === 1 ? "1 item was" : `${count} items were`;
}
