// People who cancel many runs of a function of a simulated world at once, and sometimes think better of it.
import { millis } from "@stepwright/protocol";
import type { LoadAction } from "./load.ts";
import type { PeopleOptions } from "./people.ts";
import type { BulkCancel } from "./records.ts";

/** Asks for the cancellation. */
export async function cancelMany(
  { clock, records, server, coverage, say }: PeopleOptions,
  { slug, backMs, user, takenBackMs }: Extract<LoadAction["what"], { kind: "cancelMany" }>,
): Promise<void> {
  const startedBefore = millis(clock.now());
  const request = {
    functionSlug: slug,
    startedAfter: backMs === null ? null : millis(startedBefore - backMs),
    startedBefore,
    if: user === null ? null : conditionFor(user),
  };
  const record: BulkCancel = { slug, startedAfter: request.startedAfter, startedBefore, user, isTakenBack: false };
  records.bulkCancels.push(record);
  const asked = await server.ask((runtime) => runtime.cancellations.ask(request));
  say(`cancel runs of ${slug} (${backMs ?? "all"}, ${user ?? "everybody"}): ${asked.kind}`);
  if (asked.kind !== "answered") return;
  if (user !== null) coverage.count("feature cancellation with a condition");
  if (takenBackMs === null) return;
  await new Promise<void>((resolve) => clock.after(takenBackMs, resolve));
  record.isTakenBack = true;
  const takenBack = await server.ask((runtime) => runtime.cancellations.remove(asked.value.id));
  say(`take back ${asked.value.id}: ${takenBack.kind}`);
  if (takenBack.kind === "answered") coverage.count("feature cancellation taken back");
}

/** The condition by which only runs of this user are meant. */
export function conditionFor(user: string): string {
  return `event.data.user == '${user}'`;
}
