import { describe, expect, it } from "vitest";
import { readInvoke } from "./request.ts";

const here = { server: null, signingKey: null, json: false };

describe("stepwright invoke", () => {
  it.each([
    [["shop-a"], { slug: "shop-a", data: null, user: null, wait: { timeoutMs: null } }],
    [["shop-a", "--data", "@d", "--user", "{}"], { slug: "shop-a", data: "@d", user: "{}", wait: { timeoutMs: null } }],
    [["--no-wait", "shop-a"], { slug: "shop-a", data: null, user: null, wait: null }],
    [["shop-a", "--timeout", "30s"], { slug: "shop-a", data: null, user: null, wait: { timeoutMs: 30_000 } }],
  ])("reads %j", (args, request) => {
    expect(readInvoke(args)).toEqual({ kind: "invoke", request: { ...request, ...here } });
  });

  it("shows its help when nothing is asked, or help is", () => {
    expect(readInvoke([])).toEqual({ kind: "help" });
    expect(readInvoke(["shop-a", "-h"])).toEqual({ kind: "help" });
  });

  it.each([
    [["--json"], "Say which function: stepwright invoke FUNCTION."],
    [["shop-a", "{}"], `"{}" is not expected here; data goes behind --data.`],
    [["shop-a", "--data", "-", "--user", "-"], "Only one of --data and --user can be on standard input."],
    [["shop-a", "--no-wait", "--timeout", "1"], "--timeout says how long to wait, and nothing is waited for."],
    [["shop-a", "--tiemout", "1"], "There is no flag --tiemout; did you mean --timeout?"],
  ])("answers %j with a sentence", (args, message) => {
    expect(readInvoke(args)).toEqual({
      kind: "mistake",
      message: `${message} Run "stepwright invoke --help" for all.`,
    });
  });
});
