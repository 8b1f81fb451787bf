import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { figure } from "../figure.ts";
import { compareRuns } from "./compare.ts";
import { appendHistory, historyFolder, readHistory } from "./history.ts";
import { markdownOf } from "./markdown.ts";
import { tableOf } from "./print-table.ts";
import type { Report } from "./report.ts";

const machine = {
  date: "2026-01-01T00:00:00.000Z",
  commit: "0123456789",
  node: "v26.0.0",
  cpu: "a CPU",
  cores: 2,
  memoryGiB: 4,
  loadBefore: 0.1,
};

function reportOf(value: number): Report {
  const reference = { name: "floor", value: 1_000, p99: null, cpuMicros: 50 };
  const calls = {
    id: "calls/3-steps",
    title: "calls | 3 steps",
    value,
    unit: "per s",
    cpuMicros: 1e6 / value,
  } as const;
  const steps = { id: "steps", title: "step to step", value: 1.23456, unit: "ms", p99: 2 } as const;
  return {
    machine,
    synchronous: "full",
    size: "full",
    loadAfter: 1,
    failures: [],
    figures: [
      { ...figure({ ...calls, cpuPer: "call", reference }), scenario: "calls" },
      { ...figure(steps), scenario: "steps" },
    ],
  };
}

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "bench-history-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("a report is one line per figure, in a file per scenario, and read back", () => {
  const folder = freshFolder();
  appendHistory(reportOf(500), folder);
  appendHistory(reportOf(400), folder);
  expect(readdirSync(folder).toSorted()).toEqual(["calls.jsonl", "steps.jsonl"]);
  const lines = readHistory(folder);
  expect(lines.map(({ id, value }) => `${id} ${value}`)).toEqual([
    "calls/3-steps 500",
    "calls/3-steps 400",
    "steps 1.235",
    "steps 1.235",
  ]);
  expect(lines[0]).toMatchObject({ commit: "0123456789", ratio: 2, cpuMicros: 2_000, isMet: true, loadBefore: 0.1 });
  expect(lines[1]).toMatchObject({ ratio: 2.5, isMet: true });
});

test("the committed history can be read", () => {
  const broken = readHistory(historyFolder).filter(({ id, date }) => id === "" || Number.isNaN(Date.parse(date)));
  expect(broken).toEqual([]);
});

test("two runs are compared so that more than one is worse", () => {
  const folder = freshFolder();
  const [before, after] = [join(folder, "before.json"), join(folder, "after.json")];
  writeFileSync(before, JSON.stringify(reportOf(500)));
  writeFileSync(after, JSON.stringify(reportOf(400)));
  const [, calls = ""] = compareRuns(before, after).split("\n");
  expect(calls.replaceAll(/ +/g, " ")).toBe(
    "calls/3-steps (per s) 500 400 × 1.25 2 2.5 × 1.25 2000 2500 × 1.25 40 50 × 1.25",
  );
  expect(() => compareRuns(before, "fffffff")).toThrow("neither a file nor a commit");
});

test("a table says under what conditions it was made", () => {
  for (const text of [tableOf(reportOf(500)), markdownOf([reportOf(500)])]) {
    expect(text).toContain("2 cores of a CPU");
    expect(text).toContain("load 0.10 before and 1.00 after");
  }
  expect(markdownOf([reportOf(500)]).split("\n")).toContain(
    String.raw`| calls \| 3 steps | ≤ 2.5 × floor | 500 per s | floor 1,000 (50.0 µs) | × 2.00 | 2,000 µs per call | × 40.00 | yes |`,
  );
});
