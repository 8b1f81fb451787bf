import { describe, expect, it } from "vitest";
import { readApps } from "./request.ts";

describe("stepwright apps", () => {
  it.each([
    [["list"], { kind: "list" }],
    [["sync", "http://localhost:3000/api/inngest"], { kind: "sync", app: "http://localhost:3000/api/inngest" }],
    [["pause", "shop"], { kind: "pause", app: "shop" }],
    [["resume", "shop"], { kind: "resume", app: "shop" }],
    [["remove", "shop"], { kind: "remove", app: "shop" }],
  ])("reads %j", (args, action) => {
    expect(readApps([...args, "--json"])).toEqual({
      kind: "apps",
      request: { action, server: null, signingKey: null, json: true },
    });
  });

  it("shows its help when nothing is asked, or help is", () => {
    expect(readApps([])).toEqual({ kind: "help" });
    expect(readApps(["list", "--help"])).toEqual({ kind: "help" });
  });

  it.each([
    [["sinc"], `There is no command "apps sinc"; did you mean "apps sync"?`],
    [["list", "shop"], `"shop" is not expected here.`],
    [["pause", "a", "b"], `"b" is not expected here.`],
    [["sync"], "Say which app: stepwright apps sync URL, or its name."],
    [["remove"], "Say which app: stepwright apps remove APP."],
  ])("answers %j with a sentence", (args, message) => {
    expect(readApps(args)).toEqual({
      kind: "mistake",
      message: `${message} Run "stepwright apps --help" for all.`,
    });
  });
});
