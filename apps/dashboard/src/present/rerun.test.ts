// What a run from a step keeps and what can be edited are told before it is started.
import { expect, test } from "vitest";
import { sampleRun, sampleStep } from "../../test/sample-run.ts";
import { canBegin, inputOf, eventDataOf, isKept, keptSteps } from "./rerun.ts";

const at = (name: string, startedAt: number, facts = {}) =>
  sampleStep({ name, startedAt, endedAt: startedAt + 1, ...facts });

test("what began before the step and has a result is kept", () => {
  const from = at("c", 30);
  const steps = [
    at("a", 10),
    at("b", 20, { status: "failed" }),
    at("slow", 25, { status: "running", endedAt: null }),
    from,
    at("d", 40),
    at("own", 5, { kind: "function" }),
  ];
  expect(keptSteps(sampleRun({ steps }), from).map(({ name }) => name)).toEqual(["a", "b"]);
});

test("of steps that began in the same millisecond those are kept that are told before it", () => {
  const from = at("c", 10);
  const steps = [at("a", 10), at("b", 10), from, at("d", 10)];
  expect(keptSteps(sampleRun({ steps }), from).map(({ name }) => name)).toEqual(["a", "b"]);
});

test("a step that has its result when the run is made has brought it along", () => {
  const again = { originalRunId: "01JD", queuedAt: 100 };
  const made = { startedAt: 100, endedAt: 100, attempts: [] };
  expect(isKept(again, sampleStep(made))).toBe(true);
  expect(isKept(again, sampleStep({ ...made, kind: "sleep", endedAt: 101 }))).toBe(false);
  expect(isKept({ ...again, originalRunId: null }, sampleStep(made))).toBe(false);
});

test("only recorded arguments can be edited, and only where a run can begin", () => {
  expect(inputOf(at("a", 1, { input: [{ n: 1 }] }))?.value).toEqual([{ n: 1 }]);
  expect(inputOf(at("a", 1, { input: null }))).toBeNull();
  expect(inputOf(at("child", 1, { kind: "invoke", input: { n: 1 } }))).toBeNull();
  expect(canBegin(at("a", 1))).toBe(true);
  expect(canBegin(sampleStep({ startedAt: null }))).toBe(false);
  expect(canBegin(at("function", 1, { kind: "function" }))).toBe(false);
});

test("a question to a model can be given other fields, any other request none", () => {
  const asked = at("ask", 1, { kind: "gateway", detail: { method: "POST", isInference: true } });
  expect(inputOf(asked)?.value).toEqual([{}]);
  expect(inputOf({ ...asked, detail: { method: "POST" } })).toBeNull();
});

test("data can be replaced where there is one event", () => {
  const event = { internalId: "1", id: "1", name: "a", data: { n: 1 }, user: {}, ts: 0, v: null, receivedAt: 0 };
  expect(eventDataOf(sampleRun({ events: [event] }))).toEqual({ n: 1 });
  expect(eventDataOf(sampleRun({ events: [event, event] }))).toBeNull();
  expect(eventDataOf(sampleRun())).toBeNull();
});
