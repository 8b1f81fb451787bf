// Where the waterfall puts things.
import { describe, expect, test } from "vitest";
import { sampleAttempt, sampleError, sampleRun, sampleStep } from "../../test/sample-run.ts";
import { layoutSpans, type Segment } from "./layout-spans.ts";

const error = sampleError("no");

function outline(segments: readonly Segment[] | undefined): readonly (readonly [string, number, number])[] {
  return (segments ?? []).map((segment) => [segment.kind, segment.startAt, segment.endAt]);
}

describe("attempts", () => {
  test("lie side by side, with the backoff and the queue between them", () => {
    const attempts = [
      sampleAttempt({ attempt: 0, queuedAt: 0, startedAt: 10, endedAt: 20, error }),
      sampleAttempt({ attempt: 1, queuedAt: 520, startedAt: 530, endedAt: 540, error }),
      sampleAttempt({ attempt: 2, queuedAt: 540, startedAt: 900, endedAt: 1_000 }),
    ];
    const step = sampleStep({ queuedAt: 0, startedAt: 10, endedAt: 1_000, attempts });
    const { rows, totals } = layoutSpans(sampleRun({ steps: [step] }), 5_000);
    expect(outline(rows[0]?.segments)).toEqual([
      ["queue", 0, 10],
      ["failed", 10, 20],
      ["backoff", 20, 520],
      ["queue", 520, 530],
      ["failed", 530, 540],
      ["backoff", 540, 900],
      ["work", 900, 1_000],
    ]);
    expect(totals).toEqual({ workMs: 120, unansweredMs: 0, queueMs: 20, backoffMs: 860, sleepMs: 0, waitMs: 0 });
    expect(rows[0]?.segments[1]).toMatchObject({ attempt: 0, left: 0.01, width: expect.closeTo(0.01) });
  });

  test("are preceded by the time the run itself stood in the queue", () => {
    const step = sampleStep({
      queuedAt: 300,
      startedAt: 300,
      endedAt: 400,
      attempts: [sampleAttempt({ queuedAt: 300, startedAt: 300, endedAt: 400 })],
    });
    expect(layoutSpans(sampleRun({ startedAt: 250, steps: [step] }), 0).totals.queueMs).toBe(250);
  });

  test("that the app did not answer are not booked as its work", () => {
    const away = sampleError("Unable to reach SDK URL", { noAnswer: "http_unreachable" });
    const step = sampleStep({
      kind: "function",
      queuedAt: 0,
      startedAt: 0,
      endedAt: 900,
      attempts: [
        sampleAttempt({ attempt: 0, queuedAt: 0, startedAt: 0, endedAt: 300, error: away }),
        sampleAttempt({ attempt: 1, queuedAt: 800, startedAt: 800, endedAt: 900 }),
      ],
    });
    expect(layoutSpans(sampleRun({ steps: [step] }), 0).totals).toMatchObject({ workMs: 100, unansweredMs: 300 });
  });

  test("that ran inside a call begin where they began, with no queue before them", () => {
    const inline = { queuedAt: 340, startedAt: 340, endedAt: 350 };
    const step = sampleStep({ ...inline, attempts: [sampleAttempt(inline)] });
    const { rows, totals } = layoutSpans(sampleRun({ startedAt: 20, steps: [step] }), 0);
    expect(outline(rows[0]?.segments)).toEqual([["work", 340, 350]]);
    expect(totals.queueMs).toBe(20);
  });

  test("last from their start, and as long as they wait for it from when they were queued", () => {
    const begun = sampleStep({ queuedAt: 100, startedAt: 130, endedAt: 200 });
    const waiting = sampleStep({ status: "queued", queuedAt: 100, startedAt: null, endedAt: null, attempts: [] });
    const run = sampleRun({ status: "running", endedAt: null, steps: [begun, waiting] });
    expect(layoutSpans(run, 400).rows.map(({ step, durationMs }) => [step.status, durationMs])).toEqual([
      ["queued", 300],
      ["completed", 70],
    ]);
  });

  test("that took no time are still there", () => {
    const step = sampleStep({
      queuedAt: 100,
      attempts: [sampleAttempt({ queuedAt: 100, startedAt: 100, endedAt: 100 })],
      endedAt: 100,
    });
    expect(outline(layoutSpans(sampleRun({ steps: [step] }), 0).rows[0]?.segments)).toEqual([["work", 100, 100]]);
  });

  test("of a running step go on until now", () => {
    const step = sampleStep({ status: "running", endedAt: null, attempts: [] });
    const { rows, axis } = layoutSpans(sampleRun({ status: "running", endedAt: null, steps: [step] }), 400);
    expect(rows[0]?.segments).toEqual([
      { kind: "work", startAt: 100, endAt: 400, left: 0.25, width: 0.75, attempt: 0, isOpen: true },
    ]);
    expect(axis.endAt).toBe(400);
  });

  test("that failed are followed by a backoff that is still going on", () => {
    const step = sampleStep({
      status: "retrying",
      endedAt: null,
      nextAttemptAt: 60_000,
      attempts: [sampleAttempt({ startedAt: 100, queuedAt: 100, endedAt: 200, error })],
    });
    const { rows } = layoutSpans(sampleRun({ status: "running", endedAt: null, steps: [step] }), 1_000);
    expect(outline(rows[0]?.segments)).toEqual([
      ["failed", 100, 200],
      ["backoff", 200, 1_000],
    ]);
    expect(rows[0]?.segments[1]?.isOpen).toBe(true);
  });

  test("that are overdue stand in the queue", () => {
    const step = sampleStep({
      status: "retrying",
      endedAt: null,
      nextAttemptAt: 600,
      attempts: [sampleAttempt({ startedAt: 100, queuedAt: 100, endedAt: 200, error })],
    });
    const { rows } = layoutSpans(sampleRun({ status: "running", endedAt: null, steps: [step] }), 1_000);
    expect(outline(rows[0]?.segments).slice(1)).toEqual([
      ["backoff", 200, 600],
      ["queue", 600, 1_000],
    ]);
  });
});

describe("the rows", () => {
  test("come in order of start", () => {
    const steps = [sampleStep({ name: "late", startedAt: 500 }), sampleStep({ name: "early", startedAt: 10 })];
    expect(layoutSpans(sampleRun({ steps }), 0).rows.map((row) => row.step.name)).toEqual(["early", "late"]);
  });

  test("leave out the function's own row when it only repeats a step's error", () => {
    const failed = sampleStep({ status: "failed", error, attempts: [sampleAttempt({ error })] });
    const own = sampleStep({
      name: "function",
      kind: "function",
      status: "failed",
      error,
      attempts: [sampleAttempt({ error })],
    });
    const run = sampleRun({ status: "failed", error, steps: [failed, own] });
    expect(layoutSpans(run, 0).rows.map((row) => row.step.name)).toEqual(["parse-csv"]);
  });

  test("end with the run: a wait of a cancelled run does not go on", () => {
    const wait = sampleStep({ kind: "wait", status: "cancelled", endedAt: null, attempts: [] });
    const { rows } = layoutSpans(sampleRun({ status: "cancelled", endedAt: 800, steps: [wait] }), 90_000);
    expect(outline(rows[0]?.segments)).toEqual([["wait", 100, 800]]);
    expect(rows[0]?.durationMs).toBe(700);
  });
});

describe("the axis", () => {
  const day = 86_400_000;
  const sleepy = sampleRun({
    endedAt: 2 * day + 300,
    steps: [
      sampleStep({ name: "a", queuedAt: 0, startedAt: 0, endedAt: 100, attempts: [sampleAttempt({ endedAt: 100 })] }),
      sampleStep({ name: "sleep", kind: "sleep", queuedAt: 100, startedAt: 100, endedAt: 2 * day + 100, attempts: [] }),
      sampleStep({
        name: "b",
        queuedAt: 2 * day + 100,
        startedAt: 2 * day + 100,
        endedAt: 2 * day + 300,
        attempts: [sampleAttempt({ queuedAt: 2 * day + 100, startedAt: 2 * day + 100, endedAt: 2 * day + 300 })],
      }),
    ],
  });

  test("shortens two days of sleep so that the work can be seen", () => {
    const { axis, rows } = layoutSpans(sleepy, 0);
    expect(axis.scale).toBe("compact");
    expect(axis.breaks).toMatchObject([{ startAt: 100, endAt: 2 * day + 100 }]);
    const widths = rows.map((row) => row.segments[0]?.width ?? 0);
    expect(widths[0]).toBeCloseTo(100 / 450);
    expect(widths[1]).toBeCloseTo(150 / 450);
    expect(widths[2]).toBeCloseTo(200 / 450);
  });

  test("is to scale when asked", () => {
    const { axis, rows } = layoutSpans(sleepy, 0, "time");
    expect(axis.breaks).toEqual([]);
    expect(rows[1]?.segments[0]?.width).toBeGreaterThan(0.99);
    expect(axis.ticks.map((tick) => tick.label)).toEqual(["0", "12 h", "1 d", "1 d 12 h", "2 d"]);
  });

  test("is to scale for a run without long idle stretches", () => {
    expect(layoutSpans(sampleRun({ steps: [sampleStep()] }), 0).axis).toMatchObject({
      scale: "time",
      startAt: 0,
      endAt: 1_000,
    });
  });

  test("has no tick whose label would stand on the one before it", () => {
    // Characters of 6 pixels on an axis of 310; the last label ends at its place.
    for (const endedAt of [7, 61_000, 62_500, 76_000, 86_000, 90_000, 5_000_000, 90_500_000, 3 * day, 400 * day]) {
      const { ticks } = layoutSpans(sampleRun({ endedAt }), 0, "time").axis;
      const edges = ticks.map(({ left, label }) => {
        const width = (label.length * 6) / 310;
        const start = left > 0.9 ? left - width : left > 0 ? left - width / 2 : 0;
        return { start, end: start + width };
      });
      for (const [index, { start }] of edges.entries()) {
        expect(start).toBeGreaterThan(edges[index - 1]?.end ?? -1);
      }
      expect(ticks.length).toBeGreaterThan(1);
    }
  });

  test("has a few round ticks", () => {
    const ticksOf = (endedAt: number) =>
      layoutSpans(sampleRun({ endedAt }), 0, "time").axis.ticks.map((tick) => tick.label);
    expect(ticksOf(37)).toEqual(["0", "10 ms", "20 ms", "30 ms"]);
    expect(ticksOf(86_000)).toEqual(["0", "30 s", "1 min"]);
    expect(ticksOf(20 * day).length).toBeLessThan(8);
  });

  test("of a run that has just begun is not empty", () => {
    const { axis } = layoutSpans(sampleRun({ status: "queued", startedAt: null, endedAt: null }), 0);
    expect(axis.place(0)).toBe(0);
    expect(axis.place(50)).toBe(1);
  });
});
