import { asFunctionId, canonicalJson, parseJsonText, type Singleton } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { noon, sampleFunction } from "../../test/sample.ts";
import { singletonLock } from "./singleton.ts";

function lockOf(singleton: Partial<Singleton> | null, data: object = { user: "u7" }, id = "fn-1") {
  const config = { singleton: singleton === null ? null : { key: null, mode: "skip" as const, ...singleton } };
  return singletonLock(sampleFunction(config, asFunctionId(id)), {
    event: parseJsonText(canonicalJson({ data })),
    now: noon,
  });
}

describe("the lock of a singleton", () => {
  it("is one per function, and per value of its key", () => {
    const key = "event.data.user";
    const ids = [
      lockOf({}),
      lockOf({}, {}, "fn-2"),
      lockOf({ key }),
      lockOf({ key }, { user: "u8" }),
      lockOf({ key }, {}, "fn-1"),
    ].map((lock) => lock?.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(lockOf({ key })?.id).toBe(lockOf({ key, mode: "cancel" })?.id);
  });

  it("says what is done about its holder", () => {
    expect(lockOf({ mode: "skip" })?.mode).toBe("skip");
    expect(lockOf({ mode: "cancel" })?.mode).toBe("cancel");
  });

  it.each([
    // Unlike in concurrency and the like, where these share a bucket (semantics.md §4.8, §15, 2).
    ["is false", "event.data.user", { user: false }],
    ["is missing", "event.data.user", {}],
    ["errs", "event.data.user - 1", { user: "u7" }],
  ])("is none when the key %s: the run is no singleton", (_, key, data) => {
    expect(lockOf({ key }, data)).toBeNull();
  });

  it("is none without a singleton", () => {
    expect(lockOf(null)).toBeNull();
  });
});
