// The apps whose runs were recorded, as far as the recordings tell what is in them.
import { type GetStepTools, type Inngest, type InngestFunction, NonRetriableError, referenceFunction } from "inngest";
import { stepOutputBytesMax } from "@stepwright/protocol";
import type { World } from "./world.ts";

/** Serves the first app. */
export function serveDemo(world: World, appId = "demo2"): Promise<string> {
  return world.serve(appId, (client) => {
    const prefix = appId === "demo2" ? "d2" : "demo";
    const make = functionsOf(client);
    return [
      make({ id: "callee", triggers: [{ event: `${prefix}/callee` }] }, async ({ event }) => ({
        doubled: Number(event.data.x) * 2,
      })),
      make({ id: "caller", triggers: [{ event: `${prefix}/caller` }] }, async ({ step }) => {
        const result = await step.invoke("call-it", {
          function: referenceFunction({ appId, functionId: "callee" }),
          data: { x: 21 },
        });
        await step.sendEvent("emit", { name: `${prefix}/emitted`, data: { from: "caller" } });
        return result;
      }),
      make(
        { id: "fails", triggers: [{ event: `${prefix}/fails` }], retries: 1, onFailure: () => undefined },
        async ({ step }) => {
          await step.run("boom", () => {
            throw new NonRetriableError("kaput", { cause: new Error("root cause") });
          });
        },
      ),
      make({ id: "parallel", triggers: [{ event: `${prefix}/parallel` }] }, async ({ step }) => {
        const [a, b] = await Promise.all([step.run("a", () => 1), step.run("b", () => 2)]);
        return a + b;
      }),
      make({ id: "retrying", triggers: [{ event: `${prefix}/retrying` }], retries: 1 }, ({ step, attempt }) =>
        step.run("flaky", () => {
          if (attempt === 0) throw new Error("not at first");
          return "ok";
        }),
      ),
      make({ id: "signaler", triggers: [{ event: `${prefix}/signal` }] }, ({ step, event }) =>
        step.waitForSignal("wait-sig", { signal: event.data.sig ?? "", timeout: "5m", onConflict: "fail" }),
      ),
      make(
        {
          id: "steps",
          name: "Steps fn",
          triggers: [{ event: `${prefix}/steps` }],
          retries: 2,
          priority: { run: "event.data.p" },
          concurrency: { limit: 5, key: "event.data.user" },
          throttle: { limit: 100, burst: 2, period: "1m", key: "event.data.user" },
          cancelOn: [{ event: `${prefix}/cancel`, if: "async.data.id == event.data.id", timeout: "1h" }],
        },
        async ({ step, event }) => {
          const a = await step.run("first", () => ({ hello: "world", n: event.data.n }));
          await step.sleep("nap", 5);
          return { a, b: await step.run("second", () => "str") };
        },
      ),
      make({ id: "waiter", triggers: [{ event: `${prefix}/wait` }] }, async ({ step, event }) => ({
        got: await step.waitForEvent("wait-ev", {
          event: `${prefix}/resume`,
          timeout: event.data.timeout ?? "10m",
          if: "async.data.k == event.data.k",
        }),
      })),
      make(
        { id: "batched", triggers: [{ event: `${prefix}/batched` }], batchEvents: { maxSize: 3, timeout: "2s" } },
        ({ events }) => events.length,
      ),
      make({ id: "cronfn", triggers: [{ cron: "*/1 * * * *" }] }, () => "tick"),
      make(
        {
          id: "debounced",
          triggers: [{ event: `${prefix}/debounced` }],
          debounce: { key: "event.data.k", period: "1s" },
        },
        () => null,
      ),
      make(
        { id: "limited", triggers: [{ event: `${prefix}/limited` }], rateLimit: { limit: 1, period: "1m" } },
        () => null,
      ),
      make({ id: "single", triggers: [{ event: `${prefix}/single` }], singleton: { mode: "skip" } }, () => null),
    ];
  });
}

/** Serves the second app, whose functions fail, wait and last. `slow` is waited for by the step that lasts. */
export function serveDemo3(world: World, slow: () => Promise<void> = () => Promise.resolve()): Promise<string> {
  return world.serve("demo3", (client) => {
    const make = functionsOf(client);
    return [
      make({ id: "callee", triggers: [{ event: "d3/callee" }] }, ({ step }) => step.sleep("long", "1h")),
      make({ id: "caller", triggers: [{ event: "d3/caller" }], retries: 0 }, ({ step }) =>
        step.invoke("inv", { function: referenceFunction({ appId: "demo3", functionId: "callee" }), timeout: "1ms" }),
      ),
      make(
        { id: "batched", triggers: [{ event: "d3/batched" }], batchEvents: { maxSize: 3, timeout: "2s" } },
        ({ events }) => events.length,
      ),
      make({ id: "fnfail", triggers: [{ event: "d3/fnfail" }], retries: 1 }, () => {
        throw new Error("nope!");
      }),
      make({ id: "fnfail0", triggers: [{ event: "d3/fnfail0" }], retries: 0 }, () => {
        throw new Error("nope0!");
      }),
      make({ id: "late", triggers: [{ event: "d3/late" }], retries: 1 }, ({ step, attempt, event }) => {
        if (attempt === 0) throw new Error("not at first");
        return event.data.invokes === true
          ? step.invoke("inv", { function: referenceFunction({ appId: "demo3", functionId: "quick" }) })
          : step.run("afterwards", () => 1);
      }),
      make({ id: "large", triggers: [{ event: "d3/large" }] }, ({ step }) =>
        step.run("big", () => "x".repeat(stepOutputBytesMax)),
      ),
      make({ id: "quick", triggers: [{ event: "d3/quick" }] }, () => "done"),
      make({ id: "sleeper", triggers: [{ event: "d3/sleep" }] }, ({ step, event }) =>
        step.sleep("nap", event.data.for ?? 5),
      ),
      make({ id: "slowstep", triggers: [{ event: "d3/slow" }] }, ({ step }) => step.run("slow", slow)),
      make({ id: "stepretry", triggers: [{ event: "d3/stepretry" }], retries: 1 }, ({ step }) =>
        step.run("flaky", () => {
          throw new Error("always");
        }),
      ),
      make({ id: "number", triggers: [{ event: "d3/number" }], retries: 0 }, ({ event }) => {
        if (event.data.fails === true) throw new Error("fail");
        return { num: event.data.idx };
      }),
      make({ id: "only-one", triggers: [{ event: "d3/single" }], singleton: { mode: "skip" } }, ({ step }) =>
        step.sleep("zz", "1h"),
      ),
    ];
  });
}

type Make = (
  options: Parameters<Inngest.Any["createFunction"]>[0],
  // The SDK's own types follow from its options; the recordings do not.
  handler: (context: HandlerContext) => unknown,
) => InngestFunction.Any;

/** What the events of the recordings have in them. */
interface EventData {
  readonly x?: number;
  readonly n?: number;
  readonly sig?: string;
  readonly timeout?: string;
  readonly for?: number | string;
  readonly idx?: number;
  readonly fails?: boolean;
  readonly invokes?: boolean;
}

interface HandlerContext {
  readonly event: { readonly data: EventData };
  readonly events: readonly unknown[];
  readonly attempt: number;
  readonly step: GetStepTools<Inngest.Any>;
}

function functionsOf(client: Inngest.Any): Make {
  return (options, handler) => client.createFunction(options, handler as never);
}
