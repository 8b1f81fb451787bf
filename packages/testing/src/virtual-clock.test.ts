// The clock port on its own: who is woken when.
import { millis } from "@stepwright/protocol";
import { expect, test } from "vitest";
import { createVirtualClock } from "./virtual-clock.ts";

const never = new AbortController().signal;

test("the clock starts at the time it is given, and at the real time by default", () => {
  expect(createVirtualClock({ start: new Date("2026-11-23T09:00:00Z") }).now()).toBe(Date.UTC(2026, 10, 23, 9));
  const before = Date.now();
  const clock = createVirtualClock();
  expect(clock.now()).toBeGreaterThanOrEqual(before);
  expect(clock.now()).toBeLessThanOrEqual(Date.now());
});

test("a start that is no time is refused", () => {
  expect(() => createVirtualClock({ start: new Date("no date") })).toThrow("must be finite");
});

test("sleepers wake in the order of their times, and only those whose time has come", async () => {
  const clock = createVirtualClock({ start: 1_000 });
  const woken: string[] = [];
  const sleep = (name: string, at: number) => clock.sleepUntil(millis(at), never).then(() => void woken.push(name));
  const late = sleep("late", 3_000);
  const sleeps = [sleep("second", 2_000), sleep("first", 1_500)];

  expect(clock.nextWakeAt()).toBe(1_500);
  clock.moveTo(millis(2_999));
  await Promise.all(sleeps);
  expect(woken).toEqual(["first", "second"]);
  expect(clock.nextWakeAt()).toBe(3_000);

  clock.moveTo(millis(3_000));
  await late;
  expect(clock.nextWakeAt()).toBeNull();
});

test("a time that has come already and an aborted sleep resolve at once", async () => {
  const clock = createVirtualClock({ start: 1_000 });
  await clock.sleepUntil(millis(1_000), never);

  const abort = new AbortController();
  const sleep = clock.sleepUntil(millis(5_000), abort.signal);
  abort.abort();
  await sleep;
  await clock.sleepUntil(millis(5_000), abort.signal);
  expect(clock.nextWakeAt()).toBeNull();
});

test("the clock cannot go back", () => {
  const clock = createVirtualClock({ start: 1_000 });
  expect(() => clock.moveTo(millis(999))).toThrow("cannot go back to 1970-01-01T00:00:00.999Z");
});

test("the time of the real world goes on", () => {
  const clock = createVirtualClock({ start: 0 });
  expect(clock.wallNow()).toBeGreaterThan(Date.UTC(2020, 0, 1));
});
