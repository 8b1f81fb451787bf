// Flow control as functions of SDK v4 declare it.
import { Inngest } from "inngest";
import { serve } from "inngest/edge";
import { type Bench, describeFlowControl } from "./flow-checks.ts";

describeFlowControl("SDK v4", ({ engine, note, enter }: Bench) => {
  const inngest = new Inngest({ id: "shop", ...engine.clientOptions });
  const callee = inngest.createFunction(
    { id: "callee", rateLimit: { limit: 1, period: "1h", key: "event.data.to" } },
    () => "called",
  );
  const functions = [
    callee,
    inngest.createFunction(
      { id: "desk", triggers: [{ event: "desk" }], concurrency: [{ limit: 2 }, { limit: 1, key: "event.data.user" }] },
      () => enter(),
    ),
    inngest.createFunction(
      {
        id: "throttle",
        triggers: [{ event: "throttle" }],
        throttle: { limit: 1, period: "10s" },
        priority: { run: "event.data.vip == true ? 120 : 0" },
      },
      ({ event }) => note("throttle", [event]),
    ),
    inngest.createFunction(
      { id: "rate-limit", triggers: [{ event: "rate-limit" }], rateLimit: { limit: 1, period: "1m" } },
      ({ event }) => note("rate-limit", [event]),
    ),
    inngest.createFunction(
      { id: "idempotency", triggers: [{ event: "idempotency" }], idempotency: "event.data.order" },
      ({ event }) => note("idempotency", [event]),
    ),
    inngest.createFunction(
      { id: "debounce", triggers: [{ event: "debounce" }], debounce: { period: "5s", timeout: "12s" } },
      ({ event }) => note("debounce", [event]),
    ),
    inngest.createFunction(
      {
        id: "batch",
        triggers: [{ event: "batch" }],
        batchEvents: { maxSize: 3, timeout: "10s", key: "event.data.user", if: "event.data.urgent != true" },
      },
      ({ events }) => note("batch", events),
    ),
    inngest.createFunction(
      { id: "skip", triggers: [{ event: "skip" }], singleton: { mode: "skip" } },
      async ({ step }) => step.sleep("nap", "1h"),
    ),
    inngest.createFunction(
      { id: "take-over", triggers: [{ event: "take-over" }], singleton: { mode: "cancel" } },
      async ({ step }) => step.sleep("nap", "1h"),
    ),
    inngest.createFunction(
      {
        id: "late",
        triggers: [{ event: "late" }],
        throttle: { limit: 1, period: "1h" },
        timeouts: { start: "10s" },
        cancelOn: [{ event: "late/stop", match: "data.n" }],
      },
      ({ event }) => note("late", [event]),
    ),
    inngest.createFunction({ id: "caller", triggers: [{ event: "caller" }] }, async ({ step }) => {
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
