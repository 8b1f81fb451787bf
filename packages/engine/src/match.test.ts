import { asFunctionId, canonicalJson, type JsonValue, millis, parseJsonText, type Trigger } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { noon, sampleFunction, samplePause, sampleRegistry } from "../test/sample.ts";
import { isPauseMatch, matchFunctions, probesFor } from "./match.ts";

function on(event: string, expression: string | null = null): Trigger {
  return { kind: "event", event, expression };
}

function event(name: string, data: JsonValue = {}) {
  return { name, value: parseJsonText(canonicalJson({ name, data, id: "e", ts: noon, user: {} })) };
}

/** Ids of the functions, given by their triggers, that the event starts. */
function matching(
  triggers: Readonly<Record<string, readonly Trigger[]>>,
  sent: ReturnType<typeof event>,
): readonly string[] {
  const functions = Object.entries(triggers).map(([id, list]) =>
    sampleFunction({ slug: id, triggers: list }, asFunctionId(id)),
  );
  return matchFunctions(sampleRegistry(functions), sent, noon).map((fn) => fn.id);
}

describe("the functions an event starts", () => {
  it("are those of its name, in order of their ids", () => {
    const triggers = { b: [on("shop/order")], c: [on("shop/other")], a: [on("shop/order")] };
    expect(matching(triggers, event("shop/order"))).toEqual(["a", "b"]);
  });

  it("include wildcards at the end of a segment, over deeper ones too", () => {
    const triggers = { a: [on("api/*")], b: [on("api/v1/*")], c: [on("api/v1.*")], d: [on("api/v2/*")] };
    expect(matching(triggers, event("api/v1/users"))).toEqual(["a", "b"]);
    expect(matching(triggers, event("api/v1.users"))).toEqual(["a", "c"]);
  });

  it("include those on system events", () => {
    expect(matching({ a: [on("inngest/*")] }, event("inngest/function.failed"))).toEqual(["a"]);
  });

  it("are started once each, whatever number of triggers match", () => {
    expect(
      matching(
        { a: [on("shop/order"), on("shop/*"), on("shop/order", "event.data.n == 1")] },
        event("shop/order", { n: 1 }),
      ),
    ).toEqual(["a"]);
  });

  it("need one trigger that matches, in any place", () => {
    const triggers = [on("shop/order", "event.data.n == 1"), on("shop/*", "event.data.n == 2")];
    expect(matching({ a: triggers }, event("shop/order", { n: 2 }))).toEqual(["a"]);
    expect(matching({ a: triggers }, event("shop/order", { n: 3 }))).toEqual([]);
  });

  it("are not held up by a condition that errors: it does not match, the next trigger is tried", () => {
    const failing = on("shop/order", "event.data.a > 1");
    const sent = event("shop/order", { a: "x" });
    expect(matching({ a: [failing], b: [failing, on("shop/order")], c: [on("shop/order")] }, sent)).toEqual(["b", "c"]);
  });

  it("are not those whose condition cannot be read, has another type, or whose trigger is a schedule", () => {
    const cron: Trigger = { kind: "cron", cron: "* * * * *", timeZone: "UTC", text: "* * * * *", jitterMs: null };
    const triggers = { a: [on("shop/order", "(((")], b: [on("shop/order", "event.data.n")], c: [cron], d: [] };
    expect(matching(triggers, event("shop/order", { n: 7 }))).toEqual([]);
  });

  it("are not archived", () => {
    const registry = sampleRegistry([{ ...sampleFunction(), archivedAt: noon }]);
    expect(matchFunctions(registry, event("shop/order"), noon)).toEqual([]);
  });
});

describe("the probes of an event", () => {
  it("look up what it has at each indexed path, and null where it has nothing", () => {
    const sent = event("shop/paid", { id: "A", n: 1, ok: true, list: [1], map: {} });
    expect(probesFor(["data.id", "data.n", "data.ok", "data.gone", "data.list", "data.map"], sent)).toEqual([
      { path: "data.id", valueType: "string", value: "A" },
      { path: "data.n", valueType: "number", value: "1" },
      { path: "data.ok", valueType: "bool", value: "true" },
      { path: "data.gone", valueType: "null", value: "null" },
    ]);
  });
});

describe("a pause", () => {
  const sent = event("shop/paid", { id: "A" });

  it("without a condition matches", () => {
    expect(isPauseMatch(samplePause(), sent, noon)).toBe(true);
  });

  it("matches by its whole condition, over the event that came", () => {
    expect(isPauseMatch(samplePause({ expression: "async.data.id == 'A'" }), sent, noon)).toBe(true);
    expect(isPauseMatch(samplePause({ expression: "async.data.id == 'B'" }), sent, noon)).toBe(false);
  });

  it("with a condition that errors or cannot be read does not match", () => {
    expect(isPauseMatch(samplePause({ expression: "async.data.id > 1" }), sent, noon)).toBe(false);
    expect(isPauseMatch(samplePause({ expression: "(((" }), sent, noon)).toBe(false);
  });

  it("that has expired does not match, even if its timeout is late", () => {
    expect(isPauseMatch(samplePause({ expiresAt: noon }), sent, noon)).toBe(false);
    expect(isPauseMatch(samplePause({ expiresAt: millis(noon + 1) }), sent, noon)).toBe(true);
  });
});
