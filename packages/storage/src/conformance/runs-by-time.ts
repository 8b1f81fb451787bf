// Lists of runs by one of their times, in both directions.
import type { RunStatus, Transition } from "@stepwright/engine";
import { asFunctionId, millis } from "@stepwright/protocol";
import { describe, expect, test } from "vitest";
import type { TimedRunFilter } from "../storage.ts";
import { apply, appId, functionId, otherAppId, run, start } from "./samples.ts";
import { commit, opened, type OpenStorage } from "./subject.ts";

const statuses: readonly RunStatus[] = ["queued", "running", "completed", "failed"];
const otherFunctionId = asFunctionId("other");
const minute = 60_000;

/** Describes the lists by a time. */
export function describeRunsByTime(open: OpenStorage): void {
  describe("the list of runs by a time", () => {
    const runs = Array.from({ length: 40 }, (_, index) => {
      const queuedAt = millis(start + index * minute);
      const status = statuses[index % 4] ?? "queued";
      return run(index, {
        queuedAt,
        status,
        // Later runs start and end before earlier ones now and then, and several in the same moment.
        startedAt: status === "queued" ? null : millis(start + ((index * 7) % 50) * minute + 40 * minute),
        endedAt: index % 4 < 2 ? null : millis(start + ((index * 11) % 20) * minute + 100 * minute),
        functionId: index % 3 === 0 ? otherFunctionId : functionId,
        appId: index % 5 === 0 ? otherAppId(1) : appId,
      });
    });
    const create = (made: (typeof runs)[number]): Transition =>
      apply({ kind: "createRun", run: made, events: [], idempotencyKey: null, keyExpiresAt: null });
    const all = { from: start, before: millis(start + 1_000 * minute) };
    const filters: readonly [string, TimedRunFilter][] = (["queuedAt", "startedAt", "endedAt"] as const).flatMap(
      (time): [string, TimedRunFilter][] => [
        [time, { time, ...all }],
        [`${time} in a period`, { time, from: millis(start + 10 * minute), before: millis(start + 110 * minute) }],
        [`${time} and statuses`, { time, ...all, statuses: ["failed", "running"] }],
        [`${time} and functions`, { time, ...all, functionIds: [functionId, otherFunctionId] }],
        [
          `${time} and one of all`,
          { time, ...all, functionIds: [otherFunctionId], appIds: [appId], statuses: ["failed"] },
        ],
        [`${time} and no app`, { time, ...all, appIds: [] }],
      ],
    );

    test.each(filters)("by %s has every run that fits once, in order", async (_name, filter) => {
      const { storage } = await opened(open);
      await commit(storage, runs.map(create));
      const timeOf = (made: (typeof runs)[number]) => made[filter.time];
      const fitting = runs.filter((made) => {
        const at = timeOf(made);
        return (
          at !== null &&
          at >= filter.from &&
          at < filter.before &&
          (filter.statuses?.includes(made.status) ?? true) &&
          (filter.functionIds?.includes(made.functionId) ?? true) &&
          (filter.appIds?.includes(made.appId) ?? true)
        );
      });
      const ascending = fitting
        .toSorted((a, b) => (timeOf(a) ?? 0) - (timeOf(b) ?? 0) || (a.id < b.id ? -1 : 1))
        .map((made) => made.id);
      for (const direction of ["asc", "desc"] as const) {
        for (const limit of [3, 100]) {
          const found: string[] = [];
          for (let cursor: string | null = null, isFirst = true; isFirst || cursor !== null; isFirst = false) {
            const page = await storage.runs.byTime(filter, { direction, cursor, limit });
            found.push(...page.items.map((made) => made.id));
            cursor = page.nextCursor;
          }
          expect(found).toEqual(direction === "asc" ? ascending : ascending.toReversed());
        }
      }
    });
  });
}
