import { asRunId, canonicalJson, type JsonText } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { noon, step } from "../test/sample.ts";
import { answerInvoker, invocationError } from "./answer-invoker.ts";

const invoker = { runId: asRunId("run-0"), stepId: step("i") };

describe("the answer to a step that invoked", () => {
  it("ends its wait, if that has not ended, with an item that brings the memo", () => {
    const memo = canonicalJson({ data: 1 });
    expect(answerInvoker(invoker, { memo, childRunId: asRunId("run-1"), now: noon })).toEqual({
      kind: "resolvePause",
      pauseId: "run-0:i",
      item: {
        id: "run-0:i:resume",
        lane: "system",
        at: noon,
        attempt: 0,
        work: {
          kind: "resume",
          runId: "run-0",
          stepId: "i",
          outcome: { kind: "invoked", childRunId: "run-1", memo },
        },
      },
    });
  });

  it("may come without a run of the invoked function", () => {
    expect(answerInvoker(invoker, { memo: "{}" as JsonText, childRunId: null, now: noon })).toMatchObject({
      item: { work: { outcome: { childRunId: null } } },
    });
  });
});

describe("an invocation that came to nothing", () => {
  it("is an error with the one key by which SDKs know it, whatever its sentence has in it", () => {
    const message = 'it said "no"\n\u2028';
    expect(JSON.parse(invocationError(message))).toEqual({ error: { error: message, name: "Error", message } });
    expect(invocationError(message).startsWith('{"error":{')).toBe(true);
  });
});
