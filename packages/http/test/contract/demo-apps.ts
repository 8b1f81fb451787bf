// The two apps that the captures were made with, as far as their answers and their registration show them.
import { createHash } from "node:crypto";
import type { JsonObject, JsonValue } from "@stepwright/protocol";
import type { AppAnswer, AppFunction } from "../open-app.ts";

const hash = (id: string): string => createHash("sha1").update(id, "utf8").digest("hex");

const ops = (...list: readonly JsonObject[]): AppAnswer => ({ status: 206, body: [...list] });
const done = (body: JsonValue): AppAnswer => ({ status: 200, body });
const step = (id: string, data: JsonValue): JsonObject => ({
  op: "StepRun",
  id: hash(id),
  name: id,
  displayName: id,
  opts: {},
  data,
});

/** Functions of an app whose events begin with this prefix. */
export function demoFunctions(app: string, prefix: string): readonly AppFunction[] {
  const named = (name: string, more: Partial<AppFunction> = {}): AppFunction => ({
    name,
    triggers: [{ event: `${prefix}/${name}` }],
    handle: () => done(null),
    ...more,
  });
  return [
    named("steps", {
      retries: 2,
      options: {
        name: "Steps fn",
        concurrency: [{ limit: 5, key: "event.data.user" }],
        priority: { run: "event.data.p" },
        throttle: { limit: 100, period: "1m", burst: 2, key: "event.data.user" },
        cancel: [{ event: `${prefix}/cancel`, if: "async.data.id == event.data.id", timeout: "1h" }],
      },
      handle({ steps }) {
        if (steps[hash("first")] === undefined) return ops(step("first", { hello: "world", n: 1 }));
        if (!(hash("nap") in steps))
          return ops({ op: "Sleep", id: hash("nap"), name: "5ms", displayName: "nap", opts: {} });
        if (steps[hash("second")] === undefined) return ops(step("second", "str"));
        return done({ a: { hello: "world", n: 1 }, b: "str" });
      },
    }),
    named("fails", {
      retries: 1,
      handle: () => ({
        status: 400,
        body: {
          __serialized: true,
          name: "NonRetriableError",
          message: "kaput",
          stack: "NonRetriableError: kaput",
          cause: { __serialized: true, name: "Error", message: "root cause", stack: "Error: root cause" },
        },
      }),
    }),
    named("fails-failure", {
      retries: 1,
      options: { name: "fails (failure)" },
      triggers: [{ event: "inngest/function.failed", expression: `event.data.function_id == '${app}-fails'` }],
    }),
    named("waiter", {
      triggers: [{ event: `${prefix}/wait` }],
      handle: ({ steps }) =>
        hash("wait-ev") in steps
          ? done(null)
          : ops({
              op: "WaitForEvent",
              id: hash("wait-ev"),
              name: "wait-ev",
              displayName: "wait-ev",
              opts: { event: `${prefix}/resume`, timeout: "10m", if: "async.data.k == event.data.k" },
            }),
    }),
    named("signaler", {
      triggers: [{ event: `${prefix}/signal` }],
      handle: ({ steps }) =>
        hash("sig") in steps
          ? done(null)
          : ops({
              op: "WaitForSignal",
              id: hash("sig"),
              name: "sig",
              displayName: "sig",
              opts: { signal: "sig-1", timeout: "10m" },
            }),
    }),
    named("callee"),
    named("caller"),
    named("parallel"),
    named("retrying", { retries: 1 }),
    named("batched", { options: { batchEvents: { maxSize: 3, timeout: "2s" } }, handle: () => done("") }),
    named("limited", { options: { rateLimit: { limit: 1, period: "1m" } } }),
    named("debounced", { options: { debounce: { key: "event.data.k", period: "1s" } } }),
    named("single", { options: { singleton: { mode: "skip" } } }),
    // It was moved out of the way before the second app was captured.
    named("cronfn", {
      triggers: [{ cron: app === "demo2" ? "0 0 1 1 *" : "*/1 * * * *" }],
      handle: () => done("tick"),
    }),
  ];
}
