// Flow control as functions of SDK v3 declare it.
import { Inngest } from "inngest-v3";
import { serve } from "inngest-v3/edge";
import { type Bench, describeFlowControl } from "./flow-checks.ts";

describeFlowControl("SDK v3", ({ engine, note, enter }: Bench) => {
  const inngest = new Inngest({ id: "shop", ...engine.clientOptions });
  const callee = inngest.createFunction(
    { id: "callee", rateLimit: { limit: 1, period: "1h", key: "event.data.to" } },
    [],
    () => "called",
  );
  const functions = [
    callee,
    inngest.createFunction(
      { id: "desk", concurrency: [{ limit: 2 }, { limit: 1, key: "event.data.user" }] },
      { event: "desk" },
      () => enter(),
    ),
    inngest.createFunction(
      {
        id: "throttle",
        throttle: { limit: 1, period: "10s" },
        priority: { run: "event.data.vip == true ? 120 : 0" },
      },
      { event: "throttle" },
      ({ event }) => note("throttle", [event]),
    ),
    inngest.createFunction(
      { id: "rate-limit", rateLimit: { limit: 1, period: "1m" } },
      { event: "rate-limit" },
      ({ event }) => note("rate-limit", [event]),
    ),
    inngest.createFunction(
      { id: "idempotency", idempotency: "event.data.order" },
      { event: "idempotency" },
      ({ event }) => note("idempotency", [event]),
    ),
    inngest.createFunction(
      { id: "debounce", debounce: { period: "5s", timeout: "12s" } },
      { event: "debounce" },
      ({ event }) => note("debounce", [event]),
    ),
    inngest.createFunction(
      {
        id: "batch",
        batchEvents: { maxSize: 3, timeout: "10s", key: "event.data.user", if: "event.data.urgent != true" },
      },
      { event: "batch" },
      ({ events }) => note("batch", events),
    ),
    inngest.createFunction({ id: "skip", singleton: { mode: "skip" } }, { event: "skip" }, async ({ step }) =>
      step.sleep("nap", "1h"),
    ),
    inngest.createFunction(
      { id: "take-over", singleton: { mode: "cancel" } },
      { event: "take-over" },
      async ({ step }) => step.sleep("nap", "1h"),
    ),
    inngest.createFunction(
      {
        id: "late",
        throttle: { limit: 1, period: "1h" },
        timeouts: { start: "10s" },
        cancelOn: [{ event: "late/stop", match: "data.n" }],
      },
      { event: "late" },
      ({ event }) => note("late", [event]),
    ),
    inngest.createFunction({ id: "caller" }, { event: "caller" }, async ({ step }) => {
      const first: unknown = await step.invoke("first", { function: callee, data: { to: "ada" } });
      try {
        return [first, await step.invoke("second", { function: callee, data: { to: "ada" } })];
      } catch (error) {
        return [first, error instanceof Error ? error.message : error];
      }
    }),
  ];
  return serve({ client: inngest, functions });
});
