import { pino } from "pino";
import { expect, it } from "vitest";
import { tellFailedChildren } from "./tell-failed-children.ts";

it("tells of every start below a stored event that could not be stored, and of nothing else", () => {
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line: string) => lines.push(line) });
  const stored = { kind: "committed", eventSeqs: [], admitted: [] } as const;
  const failed = (reason: string) => ({ kind: "failed", error: new Error(reason) }) as const;
  tellFailedChildren(log, {
    ...stored,
    children: [
      failed("first"),
      { ...stored, children: [failed("second")] },
      { kind: "rejected", guard: { kind: "keyFree", key: "k", now: 0 as never } },
    ],
  });
  tellFailedChildren(log, failed("its own submitter knows"));
  expect(lines.map((line) => (JSON.parse(line) as { err: { message: string } }).err.message)).toEqual([
    "first",
    "second",
  ]);
});
