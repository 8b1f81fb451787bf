// `/api/test/*` before anything is asked of the engine: which bodies are read, and what is said of those that are not.
// What the engine then does is shown on real servers, in `packages/e2e`.
import { describe, expect, it, onTestFinished } from "vitest";
import type { TestControls } from "../src/index.ts";
import { openServer, type OpenServer } from "./open-server.ts";
import { refusingControls } from "./refusing-controls.ts";

const headers = { host: "localhost:8288" };

async function open(controls: Partial<TestControls> = {}): Promise<OpenServer> {
  const server = await openServer({ testControls: { ...refusingControls, ...controls } });
  onTestFinished(server.close);
  return server;
}

interface Answer {
  readonly status: number;
  readonly code: string;
  readonly error: string;
}

async function post({ app }: OpenServer, path: string, body: unknown): Promise<Answer> {
  const payload = typeof body === "string" ? body : JSON.stringify(body);
  const response = await app.inject({ method: "POST", url: `/api/test/${path}`, headers, payload });
  const { code, error } = response.body === "" ? { code: "", error: "" } : response.json();
  return { status: response.statusCode, code, error };
}

describe("a body for a test server", () => {
  it.each([
    ["clock/advance", "{", "BODY_NOT_JSON", /JSON/],
    ["clock/advance", "", "BODY_NOT_JSON", /JSON/],
    ["clock/advance", {}, "BODY_INVALID", /"by": give a duration such as "3d"/],
    ["clock/advance", { by: "soon" }, "BODY_INVALID", /"by": give a duration such as "3d"/],
    ["clock/advance", { by: -1 }, "BODY_INVALID", /"by": give a duration/],
    ["clock/advance", { by: "-1d" }, "BODY_INVALID", /"by": give a duration/],
    ["clock/advance", { by: "200000d" }, "BODY_INVALID", /a hundred years at most/],
    ["clock/advance", { by: "1d", to: 1 }, "BODY_INVALID", /"to"/],
    ["clock/advance", [], "BODY_INVALID", /object/],
    ["clock/set", { at: "2026-02-31" }, "BODY_INVALID", /"at": give a time such as/],
    ["clock/set", { at: 1.5 }, "BODY_INVALID", /"at": give a time such as/],
    ["clock/run-until-idle", { within: "for ever" }, "BODY_INVALID", /"within": give a duration/],
    ["runs/x/finish", "", "ID_INVALID", /x/],
    ["queue/pause", { functions: "shop" }, "BODY_INVALID", /"functions": send a list of ids of functions/],
    ["queue/pause", { functions: [""] }, "BODY_INVALID", /"functions.0": it is empty/],
    [
      "queue/clear",
      { functions: Array.from({ length: 1_001 }, () => "a") },
      "BODY_INVALID",
      /more than 1000 functions/,
    ],
    ["stubs", { step: "charge" }, "BODY_INVALID", /say what the step does: "returns", "fails" or "takes"/],
    ["stubs", { returns: 1 }, "BODY_INVALID", /"step": send the id of the step/],
    ["stubs", { step: "a", fails: { times: 0 } }, "BODY_INVALID", /"fails.times": give a whole number from 1/],
    ["stubs", { step: "a", fails: { times: 1e9 } }, "BODY_INVALID", /"fails.times": give a whole number from 1/],
    ["stubs", { step: "x".repeat(1_001), returns: 1 }, "BODY_INVALID", /"step": it has more than 1000 characters/],
    ["faults", { kind: "explode" }, "BODY_INVALID", /"kind": use drop, duplicate, delay or answer/],
    ["faults", { kind: "delay" }, "BODY_INVALID", /"by": give a duration/],
    ["faults", { kind: "answer", status: 99 }, "BODY_INVALID", /"status": give an HTTP status from 200 to 599/],
    ["faults", { kind: "drop", times: 1.5 }, "BODY_INVALID", /"times": give a whole number from 1/],
    ["faults/random", { drop: 2 }, "BODY_INVALID", /"drop": give a probability from 0 to 1/],
    ["faults/random", { drop: 0.1, seed: "a" }, "BODY_INVALID", /"seed": give a whole number/],
  ] as const)("%s %j is refused with %s", async (path, body, code, error) => {
    const answer = await post(await open(), path, body);
    expect(answer).toMatchObject({ status: 400, code, error: expect.stringMatching(error) });
  });

  it("is read into what the engine is asked for, durations and times in milliseconds", async () => {
    const asked: unknown[] = [];
    const note =
      (name: string) =>
      (...parameters: unknown[]) =>
        void asked.push([name, ...parameters]);
    const noteLater = (name: string) => async (parameter: unknown) => void asked.push([name, parameter]);
    const server = await open({
      clock: () => ({ now: 1, nextAt: null }),
      advance: noteLater("advance"),
      set: noteLater("set"),
      runUntilIdle: noteLater("idle"),
      pauseQueue: noteLater("pause"),
      drainQueue: noteLater("drain"),
      stub: note("stub"),
      addFault: note("fault"),
      randomFaults: note("random"),
      appGoesAway: note("away"),
    });
    const bodies: readonly (readonly [string, unknown])[] = [
      ["clock/advance", { by: "1 day 2 hours" }],
      ["clock/advance", { by: 1.2 }],
      ["clock/set", { at: "1970-01-02T00:00:00Z" }],
      ["clock/run-until-idle", ""],
      ["clock/run-until-idle", { within: "1m" }],
      ["queue/pause", ""],
      ["queue/drain", { functions: ["shop-a"] }],
      ["stubs", { step: "charge", returns: null }],
      ["stubs", { function: "pay", step: "charge", fails: {}, takes: "2s" }],
      ["faults", { kind: "drop" }],
      ["faults", { kind: "delay", by: "1m", function: "pay", step: "charge", times: 3 }],
      ["faults", { kind: "answer", status: 503 }],
      ["faults/random", { drop: 0.5 }],
      ["apps/away", ""],
      ["apps/shop/away", ""],
    ];
    for (const [path, body] of bodies) expect((await post(server, path, body)).status).toBeLessThan(300);
    const failure = { times: null, name: "Error", message: expect.any(String), retriable: true };
    const all = { function: null, step: null, times: 1 };
    expect(asked).toEqual([
      ["advance", 93_600_000],
      ["advance", 2],
      ["set", 86_400_000],
      ["idle", undefined],
      ["idle", 60_000],
      ["pause", []],
      ["drain", ["shop-a"]],
      ["stub", { function: null, step: "charge", returns: { value: null } }],
      ["stub", { function: "pay", step: "charge", fails: failure, takesMs: 2_000 }],
      ["fault", { kind: "drop", ...all }],
      ["fault", { kind: "delay", delayMs: 60_000, function: "pay", step: "charge", times: 3 }],
      ["fault", { kind: "answer", status: 503, ...all }],
      ["random", { drop: 0.5, duplicate: 0, delay: 0, seed: null }],
      ["away", null],
      ["away", "shop"],
    ]);
  });
});

describe("what the engine refuses", () => {
  it("is told with its whole sentence", async () => {
    const sentence = `${"run 1 sleeps; ".repeat(100)}move the clock`;
    const server = await open({ advance: () => Promise.reject(new Error(sentence)) });
    expect(await post(server, "clock/advance", { by: 1 })).toEqual({
      status: 409,
      code: "TEST_REFUSED",
      error: `the test engine cannot do that: ${sentence}`,
    });
    expect((await post(server, "stubs", { step: "a", returns: 1 })).code).toBe("TEST_REFUSED");
  });

  it("is not taken for what breaks in it", async () => {
    const server = await open({ advance: () => Promise.reject(new TypeError("x is not a function")) });
    expect(await post(server, "clock/advance", { by: 1 })).toMatchObject({ status: 500, code: "INTERNAL" });
  });
});

describe("a server without a virtual clock", () => {
  it("has none of this", async () => {
    const server = await openServer();
    onTestFinished(server.close);
    expect(await post(server, "clock/advance", { by: 1 })).toMatchObject({ status: 404, code: "PATH_NOT_FOUND" });
    const described = (await server.app.inject({ url: "/api/openapi.json", headers })).body;
    expect(described).not.toContain("/api/test/");
  });
});
