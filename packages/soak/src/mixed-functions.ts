// The functions of a soak: every kind of step, every kind of flow control, and every way to fail.
import { setTimeout as delay } from "node:timers/promises";
import { type Call, done, op, ops, type SoakFunction } from "./soak-app.ts";

/** What the functions tell of themselves. */
export interface Heard {
  /** A run of `steps` was called for the first time. */
  firstCall(call: Call): void;
  /** A run of `steps` was called again so long after it had answered. */
  nextCall(afterMs: number): void;
}

/** What the functions need besides. */
export interface MixedOptions {
  readonly heard: Heard;
  readonly serverUrl: string;
  readonly bearer: string;
  readonly echoUrl: () => string;
}

const stepsOfRun = 5;
const payload = "x".repeat(2_000);

/** All functions of the mix. */
export function mixedFunctions(o: MixedOptions): readonly SoakFunction[] {
  return [...stepFunctions(o), ...waitingFunctions(), ...failingFunctions(), ...limitedFunctions()];
}

function stepFunctions({ heard, serverUrl, bearer, echoUrl }: MixedOptions): readonly SoakFunction[] {
  const answeredAt = new Map<string, number>();
  return [
    {
      name: "steps",
      handle(call) {
        const made = Object.keys(call.steps).length;
        const before = answeredAt.get(call.runId);
        answeredAt.delete(call.runId);
        if (made === 0) heard.firstCall(call);
        else if (before !== undefined) heard.nextCall(performance.now() - before);
        if (made === stepsOfRun) return done();
        answeredAt.set(call.runId, performance.now());
        return ops(op("StepRun", `s${made}`, { data: { made, payload } }));
      },
    },
    {
      name: "parallel",
      handle({ steps, stepId }) {
        const ids = ["a", "b", "c", "d"];
        if (ids.includes(stepId)) return ops(op("StepRun", stepId, { data: payload }));
        const left = ids.filter((id) => !(id in steps));
        return left.length === 0 ? done() : ops(...left.map((id) => op("StepPlanned", id)));
      },
    },
    {
      name: "fetch",
      handle: ({ steps }) =>
        "f" in steps ? done() : ops(op("Gateway", "f", { opts: { url: echoUrl(), method: "POST", body: "{}" } })),
    },
    {
      name: "invoke",
      handle: ({ steps }) =>
        "i" in steps
          ? done()
          : ops(
              op("InvokeFunction", "i", {
                opts: { function_id: "soak-steps", payload: { data: { invoked: true } }, timeout: "1m" },
              }),
            ),
    },
    {
      name: "checkpoint",
      async handle(call) {
        if ("c" in call.steps) return done();
        const body = {
          run_id: call.runId,
          fn_id: "soak",
          qi_id: call.queueItemId,
          generation_id: call.generation,
          request_id: call.runId,
          ts: Date.now(),
          steps: [op("StepRun", "c", { data: payload })],
        };
        const answer = await fetch(`${serverUrl}/v1/checkpoint/${call.runId}/async`, {
          method: "POST",
          headers: { authorization: bearer },
          body: JSON.stringify(body),
        });
        await answer.text();
        return answer.ok ? done() : { status: 500, body: { name: "Error", message: "checkpoint refused" } };
      },
    },
  ];
}

function waitingFunctions(): readonly SoakFunction[] {
  return [
    { name: "sleep", handle: ({ steps }) => ("z" in steps ? done() : ops(op("Sleep", "z", { name: "3s" }))) },
    {
      name: "wait",
      handle({ steps, data }) {
        const opts = { event: "soak/go", timeout: "20s", if: `async.data.key == ${String(data["key"])}` };
        return "w" in steps ? done() : ops(op("WaitForEvent", "w", { name: "soak/go", opts }));
      },
    },
    {
      name: "signal",
      handle: ({ steps, data }) =>
        "g" in steps
          ? done()
          : ops(op("WaitForSignal", "g", { opts: { signal: `go-${String(data["key"])}`, timeout: "20s" } })),
    },
    {
      name: "cancelled",
      options: { cancel: [{ event: "soak/stop", if: "event.data.key == async.data.key" }] },
      handle: ({ steps }) => ("z" in steps ? done() : ops(op("Sleep", "z", { name: "15s" }))),
    },
    { name: "cron", triggers: [{ cron: "* * * * *" }], handle: () => done() },
  ];
}

function failingFunctions(): readonly SoakFunction[] {
  const failure = { name: "Error", message: "as it should", stack: payload };
  return [
    {
      name: "flaky",
      handle: ({ attempt }) => (attempt < 2 ? { status: 500, body: failure, headers: { "retry-after": "1" } } : done()),
    },
    { name: "doomed", retries: 0, handle: () => ({ status: 500, body: failure }) },
    { name: "garbage", retries: 0, handle: () => ({ status: 206, body: "no ops" }) },
  ];
}

function limitedFunctions(): readonly SoakFunction[] {
  const quick = async () => {
    await delay(20);
    return done();
  };
  const key = "event.data.group";
  return [
    { name: "concurrency", options: { concurrency: [{ limit: 2, key }] }, handle: quick },
    { name: "throttle", options: { throttle: { key, limit: 20, period: "10s" } }, handle: quick },
    { name: "rate", options: { rateLimit: { key, limit: 20, period: "10s" } }, handle: quick },
    { name: "debounce", options: { debounce: { key, period: "2s" } }, handle: quick },
    { name: "batch", options: { batchEvents: { maxSize: 10, timeout: "3s", key } }, handle: quick },
    { name: "singleton", options: { singleton: { key, mode: "skip" } }, handle: quick },
    {
      name: "priority",
      options: { priority: { run: "event.data.n % 100" }, concurrency: [{ limit: 5 }] },
      handle: quick,
    },
  ];
}
