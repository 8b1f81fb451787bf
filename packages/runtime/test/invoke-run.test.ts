// Functions that somebody starts by name and wants to know the run of; limits of single functions.
import { canonicalJson } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { incoming, openShop } from "./open-runtime.ts";
import { done, type Handler, ops, stepRun } from "./test-app.ts";

const event = incoming("x", { data: { k: 1 } });
const handle: Handler = () => done();

describe("an invocation", () => {
  it("tells the run it has started, and the same one again for the same idempotency key", async () => {
    const { runtime, ended, storage } = await openShop([{ name: "one", handle }]);
    const invoke = (idempotencyKey: string | null) => runtime.invokeRun("shop-one", event, { idempotencyKey });
    const first = await invoke("k");
    expect(first).toMatchObject({ kind: "started" });
    if (first.kind !== "started") return;
    expect((await ended(first.runId)).status).toBe("completed");
    expect(await invoke("k")).toEqual({ kind: "repeated", runId: first.runId });
    const others = [await invoke("other"), await invoke(null), await invoke(null)];
    expect(new Set(others.map((other) => ("runId" in other ? other.runId : null))).size).toBe(3);
    const { items } = await storage.runs.list({}, { cursor: null, limit: 10 });
    expect(items).toHaveLength(4);
  });

  it("tells when it has started nothing", async () => {
    const { runtime } = await openShop([
      { name: "debounced", flow: { debounce: { period: "1h" } }, handle },
      { name: "limited", flow: { rateLimit: { limit: 1, period: "1h" } }, handle },
      { name: "batched", flow: { batchEvents: { maxSize: 5, timeout: "10s" } }, handle },
      { name: "single", flow: { singleton: { mode: "skip" } }, handle: () => new Promise(() => undefined) },
      { name: "paused", handle },
    ]);
    const invoke = async (name: string, idempotencyKey: string | null = null) =>
      (await runtime.invokeRun(`shop-${name}`, event, { idempotencyKey })).kind;
    expect([await invoke("debounced", "k"), await invoke("debounced", "k")]).toEqual(["debounced", "repeated"]);
    expect([await invoke("limited", "k"), await invoke("limited", "l"), await invoke("limited", "k")]).toEqual([
      "started",
      "rateLimited",
      "repeated",
    ]);
    expect(await invoke("batched")).toBe("batched");
    expect([await invoke("single"), await invoke("single")]).toEqual(["started", "skipped"]);
    await runtime.functions.pause("shop-paused");
    expect(await invoke("paused")).toBe("skipped");
    await expect(invoke("nope")).rejects.toMatchObject({ code: "FUNCTION_NOT_FOUND" });
  });
});

describe("limits of a function", () => {
  const endless: Handler = ({ steps }) => {
    const id = `s${Object.keys(steps).length}`;
    return ops(stepRun(id, "x".repeat(100)));
  };

  it("hold in place of those for all until they are cleared", async () => {
    const { runtime, start, ended } = await openShop([{ name: "endless", handle: endless }]);
    const fn = runtime.registry().functions[0];
    if (fn === undefined) throw new Error("there is a function");
    runtime.limits.set("steps", fn.id, 3);
    expect(JSON.parse((await ended(await start("test/endless"))).error ?? "")).toMatchObject({
      name: "InngestErrFunctionOverflowed",
      message: "The function run exceeded the step limit of 3 steps. Split the work over several runs.",
    });
    expect([runtime.limits.clear("steps", fn.id), runtime.limits.clear("steps", fn.id)]).toEqual([true, false]);
    runtime.limits.set("stateBytes", fn.id, 2_000);
    const failed = await ended(await start("test/endless", { data: { a: canonicalJson("b") } }));
    expect(JSON.parse(failed.error ?? "")).toMatchObject({ name: "InngestErrStateOverflowed" });
  });
});
