import { describe, expect, test } from "vitest";
import type { ApiRun } from "./dashboard.ts";
import { parseSavedRun, savedRunText, savedRunVersion } from "./saved-run.ts";

const run: ApiRun = {
  id: "01JD000000000000000000RVN1",
  status: "running",
  functionSlug: "shop-order",
  functionName: "Order",
  appName: "shop",
  trigger: { eventName: "order/placed", eventId: "01JD0000000000000000000EV1", cron: null },
  queuedAt: 1_000,
  startedAt: 1_000,
  endedAt: null,
  summary: null,
  activity: { kind: "retrying", until: 9_000, waitsFor: { text: "waiting: the function is paused", until: null } },
  output: null,
  error: null,
  events: [
    {
      internalId: "01JD0000000000000000000EV1",
      id: "ü-1",
      name: "order/placed",
      data: { nested: [1, null, { deep: "値" }] },
      user: {},
      ts: 1_000,
      v: null,
      receivedAt: 1_000,
    },
  ],
  steps: [
    {
      id: "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3",
      name: "charge",
      kind: "step",
      status: "retrying",
      queuedAt: 1_000,
      startedAt: 1_000,
      endedAt: null,
      input: [1],
      output: null,
      error: { name: "Error", message: "declined", stack: null, cause: { code: 7 }, noAnswer: null },
      attempts: [
        {
          attempt: 0,
          status: "failed",
          queuedAt: 1_000,
          startedAt: 1_000,
          endedAt: 1_000,
          error: { name: "Error", message: "no answer", stack: null, cause: null, noAnswer: "http_unreachable" },
        },
      ],
      nextAttemptAt: 9_000,
      maxAttempts: 4,
      detail: { until: 9_000 },
    },
  ],
  doing: [
    {
      kind: "retrying",
      stepId: "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3",
      stepName: "charge",
      at: 9_000,
      attempt: 1,
      event: null,
      expression: null,
      waitsFor: {
        text: "waiting: the function is paused",
        obstacle: "the function is paused",
        until: null,
        holders: [],
      },
    },
  ],
  invokedBy: { runId: "01JD000000000000000000RVN0", stepId: "s" },
  originalRunId: null,
  reruns: [{ runId: "01JD000000000000000000RVN2", status: "queued", queuedAt: 2_000 }],
  functionVersion: 1,
  metadata: [{ stepId: null, attempt: null, spanId: null, kind: "userland.order", values: { a: 1 }, updatedAt: 1_000 }],
};

const saved = { savedAt: 1_000, test: "an order is charged", run };

/** The text of a file with something changed in it. */
function changed(change: (file: { [key: string]: unknown }) => void): string {
  const file = JSON.parse(savedRunText(saved));
  change(file);
  return JSON.stringify(file);
}

function reasonOf(text: string): string {
  const parsed = parseSavedRun(text);
  return parsed.kind === "rejected" ? parsed.reason : "it was read";
}

describe("a run as a file", () => {
  test("is read as it was written", () => {
    const text = savedRunText(saved);
    expect(parseSavedRun(text)).toEqual({
      kind: "saved",
      saved: { format: "stepwright-run", version: savedRunVersion, ...saved },
    });
    expect(savedRunText(saved)).toBe(text);
  });

  test("may have fields that are not known yet", () => {
    const text = changed((file) => {
      file["color"] = "blue";
      (file["run"] as { [key: string]: unknown })["mood"] = { good: true };
    });
    expect(parseSavedRun(text)).toMatchObject({ kind: "saved", saved: { run } });
  });

  test("of a newer version says so, whatever else is in it", () => {
    const text = JSON.stringify({ format: "stepwright-run", version: savedRunVersion + 1, runs: [] });
    expect(reasonOf(text)).toBe(
      "the run was saved by a newer Stepwright: it is in version 2 of the format, and this Stepwright knows version 1; update Stepwright to open it",
    );
  });

  test.each([
    ["", "the file is not JSON, so it is no saved run"],
    ["PNG\u0000", "the file is not JSON, so it is no saved run"],
    ["null", 'the file is JSON, but no saved run: those have "format": "stepwright-run" and a version'],
    [
      '{"compilerOptions":{}}',
      'the file is JSON, but no saved run: those have "format": "stepwright-run" and a version',
    ],
    [JSON.stringify(run), 'the file is JSON, but no saved run: those have "format": "stepwright-run" and a version'],
  ])("is told from something else: %j", (text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });

  test("that is damaged says where", () => {
    const damages: readonly (readonly [path: string, value: unknown])[] = [
      ["run.steps.0.kind", "nap"],
      ["run.steps.0.attempts", 3],
      ["run.events.0.data", undefined],
      ["run.queuedAt", 1.5],
      ["run.id", "x".repeat(5_000)],
      ["savedAt", null],
    ];
    const reasons = damages.map(([path, value]) =>
      reasonOf(
        changed((file) => {
          const parts = path.split(".");
          const last = parts.pop() ?? "";
          const holder = parts.reduce<{ [key: string]: unknown }>((at, part) => at[part] as never, file);
          if (value === undefined) delete holder[last];
          else holder[last] = value;
        }),
      ),
    );
    expect(reasons).toMatchInlineSnapshot(`
      [
        "the saved run is damaged: run.steps[0].kind: Invalid option: expected one of "step"|"sleep"|"wait"|"invoke"|"signal"|"gateway"|"function"",
        "the saved run is damaged: run.steps[0].attempts: Invalid input: expected array, received number",
        "the saved run is damaged: run.events[0].data: it is missing",
        "the saved run is damaged: run.queuedAt: Invalid input: expected int, received number",
        "the saved run is damaged: run.id: Too big: expected string to have <=4096 characters",
        "the saved run is damaged: savedAt: Invalid input: expected number, received null",
      ]
    `);
  });

  test("has limits: of steps, and of size", () => {
    const [step] = run.steps;
    const many = changed((file) => {
      (file["run"] as { steps: unknown[] }).steps = Array.from({ length: 10_001 }, () => step);
    });
    expect(reasonOf(many)).toMatch(/^the saved run is damaged: run\.steps: Too big/);
    expect(reasonOf(" ".repeat(64 * 1024 * 1024 + 1))).toBe("the file is larger than 64 MiB, which no saved run is");
  });

  test("may hold values of any depth", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const text = changed(() => undefined).replace('"output":null', `"output":${deep}`);
    expect(parseSavedRun(text).kind).toBe("saved");
  });
});
