import { type Millis, millis } from "@stepwright/protocol";
import { expect, it } from "vitest";
import { createManualClock } from "../test/manual-clock.ts";
import { createTimer } from "./timer.ts";

function open() {
  const clock = createManualClock(0);
  const due: number[] = [];
  const next: { at: number | null } = { at: null };
  const timer = createTimer({
    clock,
    nextAt: (): Millis | null => (next.at === null ? null : millis(next.at)),
    onDue: () => due.push(clock.now()),
  });
  /** The timer looks after its sleep, one turn later. */
  const turn = () => new Promise(setImmediate);
  return { clock, due, next, timer, turn };
}

it("fires once when the time has come", async () => {
  const { clock, due, next, timer, turn } = open();
  next.at = 100;
  timer.update();
  timer.update();
  expect(clock.sleepers).toBe(1);
  clock.move(99);
  await turn();
  expect(due).toEqual([]);
  clock.move(1);
  await turn();
  expect(due).toEqual([100]);
  expect(clock.sleepers).toBe(0);
});

it("follows an earlier and a later time, and none", async () => {
  const { clock, due, next, timer, turn } = open();
  for (const at of [100, 50, 200]) {
    next.at = at;
    timer.update();
    expect(clock.sleepers).toBe(1);
  }
  clock.move(150);
  await turn();
  expect(due).toEqual([]);
  next.at = null;
  timer.update();
  expect(clock.sleepers).toBe(0);
});

it("fires again for the same time when it is still due: whoever was told may have been early", async () => {
  const { clock, due, next, timer, turn } = open();
  next.at = 100;
  timer.update();
  clock.move(100);
  await turn();
  clock.move(-50);
  timer.update();
  clock.move(50);
  await turn();
  expect(due).toEqual([100, 100]);
});

it("stays silent once it is stopped", async () => {
  const { clock, due, next, timer, turn } = open();
  next.at = 100;
  timer.update();
  timer.stop();
  timer.update();
  clock.move(100);
  await turn();
  expect([due, clock.sleepers]).toEqual([[], 0]);
});
