import { describe, expect, it } from "vitest";
import { isLazyOp, opNames, parseOps, stepErrorJson, type Op } from "./opcode.ts";

function readOps(body: unknown): readonly Op[] {
  const parsed = parseOps(typeof body === "string" ? body : JSON.stringify(body));
  if (parsed.kind === "malformed") throw new Error(parsed.message);
  return parsed.ops;
}

function readOp(value: unknown): Op | undefined {
  return readOps([value])[0];
}

const run = {
  op: "StepRun",
  id: "h",
  name: "one",
  displayName: "One",
  opts: {},
  userland: { id: "one" },
  data: { b: 1, a: 2 },
  timing: { a: 1795469168658000000, b: 1500000 },
};

describe("an op", () => {
  it("is read with all its fields", () => {
    expect(readOp({ ...run, mode: "sync", rawArgs: [], promise: {} })).toEqual({
      op: "StepRun",
      id: "h",
      name: "one",
      displayName: "One",
      opts: {},
      data: '{"a":2,"b":1}',
      error: null,
      timing: { startedAt: 1795469168658, durationMs: 1.5 },
      userland: { id: "one", index: 0 },
      parallelMode: null,
    });
  });

  it.each(opNames)("may be a %s, also in lower case", (op) => {
    const value = { op, id: "h", error: { name: "Error", message: "m" } };
    expect(readOp(value)?.op).toBe(op);
    expect(readOp({ ...value, op: op.toLowerCase() })?.op).toBe(op);
  });

  it.each([
    [{}, "h"],
    [{ name: "n" }, "n"],
    [{ name: "n", displayName: "" }, "n"],
    [{ name: "n", displayName: "d" }, "d"],
  ])("with %j is titled %s", (names, title) => {
    expect(readOp({ op: "Sleep", id: "h", ...names })?.displayName).toBe(title);
  });

  it("tells a null result from none", () => {
    expect(readOp({ op: "StepRun", id: "h", data: null })?.data).toBe("null");
    expect(readOp({ op: "StepRun", id: "h" })?.data).toBeNull();
    expect(readOp({ op: "StepError", id: "h", error: { name: "E", data: null } })?.error?.data).toBe("null");
    expect(readOp({ op: "StepError", id: "h", error: { name: "E" } })?.error?.data).toBeNull();
  });

  it.each([
    [{ opts: null }, {}],
    [{ opts: [] }, {}],
    [{ opts: { timeout: "1h" } }, { timeout: "1h" }],
  ])("with %j has opts %j", (fields, opts) => {
    expect(readOp({ op: "Sleep", id: "h", ...fields })?.opts).toEqual(opts);
  });

  it("knows that it races", () => {
    expect(readOp({ op: "StepPlanned", id: "h", opts: { parallelMode: "race" } })?.parallelMode).toBe("race");
    expect(readOp({ op: "StepPlanned", id: "h", opts: { parallelMode: "Race" } })?.parallelMode).toBe("race");
    expect(readOp({ op: "StepPlanned", id: "h", opts: { parallelMode: "other" } })?.parallelMode).toBeNull();
  });

  it("does without a timing or a userland it cannot read", () => {
    expect(readOp({ ...run, timing: { a: "x" }, userland: "one" })).toMatchObject({ timing: null, userland: null });
    expect(readOp({ ...run, userland: { id: "dup", index: 1 } })?.userland).toEqual({ id: "dup", index: 1 });
  });

  it("rides along only as a deferral", () => {
    expect(opNames.filter((op) => isLazyOp({ op } as Op))).toEqual(["DeferAdd", "DeferAbort"]);
  });
});

describe("a list of ops", () => {
  it("may be a single op, or empty", () => {
    expect(readOps(run)).toHaveLength(1);
    expect(readOps(" [] \n")).toEqual([]);
  });

  it.each<[unknown, string]>([
    ["", "not JSON"],
    ["[", "not JSON"],
    ["7", "neither a list"],
    ["null", "neither a list"],
    [[null], "op 0"],
    [[run, 3], "op 1"],
    [[{ id: "h" }], "op 0"],
    [[{ ...run, op: "StepNotFound" }], 'unknown kind "StepNotFound"'],
    [[{ ...run, op: "STEPRUN" }], "unknown kind"],
    [[{ ...run, id: 3 }], "op 0"],
    [[{ ...run, id: "" }], "has no id"],
    [[{ op: "StepError", id: "h" }], "has no error"],
    [[{ op: "StepFailed", id: "h", error: null }], "has no error"],
  ])("%j is malformed", (body, message) => {
    const parsed = parseOps(typeof body === "string" ? body : JSON.stringify(body));
    expect(parsed).toEqual({ kind: "malformed", message: expect.stringContaining(message) as string });
  });

  it.each(["None", "RunComplete", "SyncRunComplete", "DiscoveryRequest"])("may hold a %s without id", (op) => {
    expect(readOps([{ op }])).toHaveLength(1);
  });
});

describe("the error of a step", () => {
  it("is memoized without what the SDK added for itself", () => {
    const error = {
      name: "RangeError",
      message: "m",
      stack: "s",
      cause: { z: 1, a: 2 },
      data: [1],
      noRetry: true,
      __serialized: true,
    };
    const body = readOp({ op: "StepFailed", id: "h", error })?.error;
    expect(body).toEqual({
      name: "RangeError",
      message: "m",
      stack: "s",
      cause: '{"a":2,"z":1}',
      data: "[1]",
      noRetry: true,
    });
    expect(body && stepErrorJson(body)).toBe(
      '{"cause":{"a":2,"z":1},"data":[1],"message":"m","name":"RangeError","noRetry":true,"stack":"s"}',
    );
  });

  it.each([
    [{}, '{"message":"","name":"Error"}'],
    ["just text", '{"message":"just text","name":"Error"}'],
    [{ message: { code: 1 }, stack: "" }, '{"message":"{\\"code\\":1}","name":"Error"}'],
  ])("of %j is %s", (error, text) => {
    const body = readOp({ op: "StepError", id: "h", error })?.error;
    expect(body && stepErrorJson(body)).toBe(text);
  });
});
