// What a list says about a run that has not ended.
import type { ApiActivity } from "@stepwright/protocol";
import { expect, test } from "vitest";
import { endOfWait, obstacleOf, runLook } from "./status.ts";

const now = 1_000;

test.each<[Omit<ApiActivity, "waitsFor"> | null, word: string, end: string | null]>([
  [null, "Running", null],
  [{ kind: "calling", until: null }, "Running", null],
  [{ kind: "queued", until: 900 }, "Running", null],
  [{ kind: "retrying", until: 1_500 }, "Retrying", "Next attempt"],
  [{ kind: "sleeping", until: 1_500 }, "Sleeping", "Wakes"],
  [{ kind: "waiting", until: 1_500 }, "Waiting", "Times out"],
  [{ kind: "waiting", until: null }, "Waiting", null],
])("a run with the activity %j is shown as %s", (known, word, end) => {
  const activity = known === null ? null : { ...known, waitsFor: null };
  expect(runLook({ status: "running", activity }, now).word).toBe(word);
  expect(endOfWait({ status: "running", activity })?.what ?? null).toBe(end);
});

test("a retry that is due is at work: nothing is pushed when a call begins", () => {
  expect(runLook({ status: "running", activity: { kind: "retrying", until: now, waitsFor: null } }, now).word).toBe(
    "Running",
  );
});

test("the status comes first: a run that has ended does nothing, whatever was known before", () => {
  const activity = { kind: "sleeping", until: 1_500, waitsFor: null } as const;
  expect(runLook({ status: "cancelled", activity }, now).word).toBe("Cancelled");
  expect(endOfWait({ status: "cancelled", activity })).toBeNull();
  expect(runLook({ status: "queued", activity: { ...activity, kind: "queued" } }, now).word).toBe("Queued");
});

test.each(["queued", "running"] as const)("a due call of a %s run that is held back waits", (status) => {
  const held = (until: number | null) => ({
    status,
    activity: { kind: "queued", until: 900, waitsFor: { text: "waiting for throttle", until } } as const,
  });
  expect(runLook(held(null), now).word).toBe("Waiting");
  expect(obstacleOf(held(1_500), now)).toEqual({ text: "waiting for throttle", until: 1_500 });
  // Nothing is pushed when the time comes.
  expect(obstacleOf(held(now), now)).toBeNull();
  expect(obstacleOf({ ...held(null), status: "cancelled" }, now)).toBeNull();
});

test("a retry that is held back tells what for, and no time of its own", () => {
  const activity = { kind: "retrying", until: 900, waitsFor: { text: "waiting", until: null } } as const;
  expect(endOfWait({ status: "running", activity })).toBeNull();
});
