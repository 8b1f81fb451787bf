// How a function's flow control reads.
import { expect, test } from "vitest";
import { flowFacts, flowText } from "./flow-control.ts";

const none = {
  concurrency: [],
  runConcurrency: null,
  throttle: null,
  rateLimit: null,
  debounce: null,
  batch: null,
  singleton: null,
  priority: null,
  idempotency: null,
  timeouts: { startMs: null, finishMs: null },
};

const key = "event.data.user";

test.each([
  [{ concurrency: [{ limit: 2, key: null, scope: "fn" }] }, "Concurrency: 2 calls at once", "2 calls at once"],
  [
    { concurrency: [{ limit: 1, key: "'all'", scope: "env" }] },
    "Concurrency: 1 call at once for each 'all', shared with every function of the environment",
    "1 call at once",
  ],
  [
    { runConcurrency: { limit: 3, key } },
    "Runs at once: 3 runs between start and end for each event.data.user",
    "3 runs at once",
  ],
  [
    { throttle: { limit: 10, periodMs: 60_000, burst: 5, key } },
    "Throttle: 10 starts every 1 min, 5 more in a burst for each event.data.user; others wait",
    "throttle 10 / 1 min",
  ],
  [
    { rateLimit: { limit: 1, periodMs: 3_600_000, key: null } },
    "Rate limit: 1 start every 1 h; others are not started",
    "rate limit 1 / 1 h",
  ],
  [
    { debounce: { periodMs: 10_000, timeoutMs: 60_000, key } },
    "Debounce: starts 10 s after the last event for each event.data.user, 1 min after the first one at the latest",
    "debounce 10 s",
  ],
  [
    { batch: { maxSize: 100, timeoutMs: 5_000, key: null, if: "event.data.bulk" } },
    "Batching: up to 100 events in a run, 5 s after the first one at the latest; an event starts alone unless event.data.bulk",
    "batches of 100",
  ],
  [{ singleton: { key: null, mode: "cancel" } }, "Singleton: one run at a time; a later one cancels it", "singleton"],
  [{ priority: { run: "event.data.plan" } }, "Priority: seconds ahead: event.data.plan", "priority"],
  [{ idempotency: { key } }, "Idempotency: one run in 24 h for each event.data.user", "idempotency"],
  [
    { timeouts: { startMs: 10_000, finishMs: 60_000 } },
    "Timeouts: cancelled unless started within 10 s and finished within 1 min of its start",
    "timeouts",
  ],
])("%j is told in a sentence and in a word", (option, sentence, word) => {
  const facts = flowFacts({ ...none, ...option });
  expect(facts.map((fact) => `${fact.name}: ${flowText(fact)}`)).toEqual([sentence]);
  expect(facts.map((fact) => fact.short)).toEqual([word]);
});

test("a function without flow control has nothing to tell", () => {
  expect(flowFacts(none)).toEqual([]);
  expect(flowFacts({})).toEqual([]);
  expect(flowFacts(null)).toEqual([]);
});
