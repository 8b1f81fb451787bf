// What a list says about a run that has not ended.
import type { ApiActivity } from "@stepwright/protocol";
import { expect, test } from "vitest";
import { endOfWait, runLook } from "./status.ts";

const now = 1_000;

test.each<[ApiActivity | null, word: string, end: string | null]>([
  [null, "Running", null],
  [{ kind: "calling", until: null }, "Running", null],
  [{ kind: "queued", until: 900 }, "Running", null],
  [{ kind: "retrying", until: 1_500 }, "Retrying", "Next attempt"],
  [{ kind: "sleeping", until: 1_500 }, "Sleeping", "Wakes"],
  [{ kind: "waiting", until: 1_500 }, "Waiting", "Times out"],
  [{ kind: "waiting", until: null }, "Waiting", null],
])("a run with the activity %j is shown as %s", (activity, word, end) => {
  expect(runLook({ status: "running", activity }, now).word).toBe(word);
  expect(endOfWait({ status: "running", activity })?.what ?? null).toBe(end);
});

test("a retry that is due is at work: nothing is pushed when a call begins", () => {
  expect(runLook({ status: "running", activity: { kind: "retrying", until: now } }, now).word).toBe("Running");
});

test("the status comes first: a run that has ended does nothing, whatever was known before", () => {
  const activity = { kind: "sleeping", until: 1_500 } as const;
  expect(runLook({ status: "cancelled", activity }, now).word).toBe("Cancelled");
  expect(endOfWait({ status: "cancelled", activity })).toBeNull();
  expect(runLook({ status: "queued", activity: { kind: "queued", until: 1_500 } }, now).word).toBe("Queued");
});
