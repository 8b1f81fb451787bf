import { describe, expect, it } from "vitest";
import { parseAsyncCheckpoint } from "./checkpoint.ts";

const wire = {
  run_id: "01M854TKXWNT0FF1WA0BB6VT7M",
  fn_id: "f",
  qi_id: "q",
  request_id: "r",
  generation_id: 2,
  request_started_at: 1,
  ts: 2,
  steps: [{ op: "StepRun", id: "h", data: 1 }],
};

it("with more steps than a run may have is refused with the limit", () => {
  const steps = Array.from({ length: 1_001 }, () => ({}));
  expect(parseAsyncCheckpoint(JSON.stringify({ run_id: "01JAAAAAAAAAAAAAAAAAAAAAAA", steps }))).toMatchObject({
    kind: "rejected",
    error: { code: "OP_INVALID", message: expect.stringContaining("at most 1000") },
  });
});

describe("a checkpoint", () => {
  it("is read with what fences it", () => {
    expect(parseAsyncCheckpoint(JSON.stringify(wire))).toMatchObject({
      kind: "checkpoint",
      checkpoint: {
        runId: wire.run_id,
        functionId: "f",
        queueItemRef: "q",
        requestId: "r",
        generationId: 2,
        ops: [{ op: "StepRun", data: "1" }],
      },
    });
  });

  it("may leave out what older SDKs do not know", () => {
    expect(parseAsyncCheckpoint(JSON.stringify({ run_id: wire.run_id }))).toEqual({
      kind: "checkpoint",
      checkpoint: {
        runId: wire.run_id,
        functionId: "",
        queueItemRef: "",
        requestId: null,
        generationId: null,
        ops: [],
      },
    });
  });

  it.each([
    ["nope", "BODY_NOT_JSON"],
    ["[]", "BODY_INVALID"],
    [JSON.stringify({ ...wire, run_id: "x" }), "BODY_INVALID"],
    [JSON.stringify({ ...wire, steps: {} }), "BODY_INVALID"],
    [JSON.stringify({ ...wire, steps: [{ op: "Nope", id: "h" }] }), "OP_INVALID"],
  ])("%s is refused with %s", (body, code) => {
    expect(parseAsyncCheckpoint(body)).toMatchObject({ kind: "rejected", error: { code, status: 400 } });
  });
});
