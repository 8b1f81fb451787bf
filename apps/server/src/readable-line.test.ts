import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { readableLine } from "./readable-line.ts";

const plain = (line: string): string => stripVTControlCharacters(line);

it("writes time, phrase and facts on one line", () => {
  const line = plain(
    readableLine(
      JSON.stringify({ level: 30, time: 0, component: "server", msg: "run finished", runId: "01A", durationMs: 5 }),
    ),
  );
  expect(line).toMatch(/^\d\d:\d\d:\d\d run finished {2}runId=01A durationMs=5\n$/);
});

it("shows the level from warn on, and the stack of an error", () => {
  const line = plain(
    readableLine(JSON.stringify({ level: 50, time: 0, msg: "request failed", err: { stack: "Error: x\n at y" } })),
  );
  expect(line).toContain("error request failed");
  expect(line).toContain("Error: x\n at y\n");
});

it("leaves alone what is no line of the log", () => {
  expect(readableLine("hello\n")).toBe("hello\n");
});
