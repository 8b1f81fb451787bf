import { describe, expect, it } from "vitest";
import { millis, ulidOf } from "./ids.ts";
import { traceparentOf, tracestateOf } from "./trace-context.ts";

const entropy = (first: number) => Uint8Array.from({ length: 10 }, (_, index) => first + index);

describe("the trace of a call", () => {
  it("is its run, and its span the request, bit by bit", () => {
    const runId = ulidOf(millis(0x0123456789ab), entropy(0xc0));
    const requestId = ulidOf(millis(0x0123456789ac), entropy(0x10));
    expect(traceparentOf({ runId, requestId })).toBe("00-0123456789abc0c1c2c3c4c5c6c7c8c9-1213141516171819-01");
  });

  it("keeps the zeros of an id", () => {
    const zero = ulidOf(millis(0), new Uint8Array(10));
    expect(traceparentOf({ runId: zero, requestId: zero })).toBe(`00-${"0".repeat(32)}-${"0".repeat(16)}-01`);
  });

  it("is none for ids that are no ULIDs", () => {
    const ulid = ulidOf(millis(1), entropy(1));
    expect(traceparentOf({ runId: "run-1", requestId: ulid })).toBeNull();
    expect(traceparentOf({ runId: ulid, requestId: "req-1" })).toBeNull();
  });

  it("names the function and the app", () => {
    expect(tracestateOf({ functionId: "f", appId: "a" })).toBe("inngest@fn=f,inngest@app=a");
  });
});
