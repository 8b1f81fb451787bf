// Spans that the code of apps exports.
import type { AppSpan } from "@stepwright/engine";
import { asJsonText, asStepId, emptyObjectJson } from "@stepwright/protocol";
import { describe, expect, test } from "vitest";
import { after, createRun, run, runId, start } from "./samples.ts";
import { applied, opened, type OpenStorage } from "./subject.ts";

function span(id: string, changes: Partial<AppSpan> = {}): AppSpan {
  return {
    id,
    parentId: null,
    name: "query",
    status: "completed",
    startedAt: start,
    endedAt: after(5),
    stepId: null,
    calledAt: null,
    detail: emptyObjectJson,
    ...changes,
  };
}

const roomy = { countMax: 10, bytesMax: 1_000 };
const put = (spans: readonly AppSpan[], limits = roomy) =>
  ({ kind: "putAppSpans", runId: runId(1), spans, limits }) as const;

/** Describes spans of apps. */
export function describeAppSpans(open: OpenStorage): void {
  describe("spans of an app", () => {
    test("are read as they were stored, with how much there is of them", async () => {
      const { storage } = await opened(open);
      const full = span("b", {
        parentId: "a",
        status: "failed",
        stepId: asStepId("step"),
        calledAt: after(1),
        detail: asJsonText('{"kind":"CLIENT"}'),
      });
      expect(await storage.runs.appSpanUse(runId(1))).toEqual({ count: 0, bytes: 0 });
      await applied(storage, createRun(1), createRun(2), put([full, span("a")]));
      expect(await storage.runs.appSpans(runId(1))).toEqual([full, span("a")]);
      expect(await storage.runs.appSpans(runId(2))).toEqual([]);
      expect(await storage.runs.appSpanUse(runId(1))).toEqual({ count: 2, bytes: 29 });
    });

    test("replace themselves when they come again", async () => {
      const { storage } = await opened(open);
      const later = span("a", { name: "other", endedAt: after(9), parentId: "p", detail: asJsonText('{"n":1}') });
      await applied(storage, createRun(1), put([span("a"), span("b")]), put([later]));
      expect(await storage.runs.appSpans(runId(1))).toEqual([later, span("b")]);
    });

    test("are left out beyond the number and the bytes that a run may have", async () => {
      const { storage } = await opened(open);
      const long = span("long", { name: "x".repeat(500) });
      const limits = { countMax: 3, bytesMax: 600 };
      await applied(
        storage,
        createRun(1),
        put([span("a"), long, { ...long, id: "longer" }, span("b"), span("c")], limits),
        // What is there already may grow, but not beyond the limit.
        put([span("a", { name: "y".repeat(20) }), span("b", { name: "z".repeat(500) })], limits),
      );
      expect((await storage.runs.appSpans(runId(1))).map(({ id, name }) => [id, name.length])).toEqual([
        ["a", 20],
        ["long", 500],
        ["b", 5],
      ]);
    });

    test("need their run, and go with it", async () => {
      const { storage } = await opened(open);
      await applied(storage, put([span("a")]));
      expect(await storage.runs.appSpans(runId(1))).toEqual([]);
      const ended = run(1, { status: "completed", endedAt: start, version: 2 });
      await applied(storage, createRun(1), { kind: "updateRun", run: ended }, put([span("a"), span("b")]));
      const expired = { kind: "runs", status: "completed", before: after(1) } as const;
      // A piece at a time, whatever there is of them.
      const first = await storage.retention.sweep({ expired, cursor: null, weightMax: 2 });
      expect(first.removed).toMatchObject({ runs: 0, spans: 1 });
      const { removed } = await storage.retention.sweep({ expired, cursor: first.cursor, weightMax: 100 });
      expect(removed).toMatchObject({ runs: 1, spans: 1 });
      expect(await storage.runs.appSpans(runId(1))).toEqual([]);
    });
  });
}
