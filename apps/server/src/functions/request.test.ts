import { describe, expect, it } from "vitest";
import { readFunctions } from "./request.ts";

describe("stepwright functions", () => {
  it("reads the action, the function and where the server is", () => {
    expect(readFunctions(["queue", "shop-a", "--server", "http://x:1", "--signing-key=ab", "--json"])).toEqual({
      kind: "functions",
      request: { action: { kind: "queue", slug: "shop-a" }, server: "http://x:1", signingKey: "ab", json: true },
    });
    expect(readFunctions(["--to", "shop-b", "move-backlog", "shop-a"])).toEqual({
      kind: "functions",
      request: {
        action: { kind: "move-backlog", slug: "shop-a", to: "shop-b" },
        server: null,
        signingKey: null,
        json: false,
      },
    });
    expect(readFunctions(["list"])).toMatchObject({ request: { action: { kind: "list" } } });
  });

  it("shows its help when nothing is asked, or help is", () => {
    expect(readFunctions([])).toEqual({ kind: "help" });
    expect(readFunctions(["pause", "--help"])).toEqual({ kind: "help" });
  });

  it.each([
    [["lst"], `There is no command "functions lst"; did you mean "functions list"?`],
    [["dropbacklog", "a"], `There is no command "functions dropbacklog"; did you mean "functions drop-backlog"?`],
    [["explode"], `There is no command "functions explode".`],
    [["pause"], `Say which function: stepwright functions pause FUNCTION.`],
    [["move-backlog", "a"], `Say which function gets the runs: stepwright functions move-backlog a --to FUNCTION.`],
    [["pause", "a", "--to", "b"], `--to belongs to "functions move-backlog".`],
    [["pause", "a", "b"], `"b" is not expected here.`],
    [["list", "a"], `"a" is not expected here.`],
    [["list", "--servr", "x"], `There is no flag --servr; did you mean --server?`],
    [["list", "--server"], `--server needs a value.`],
    [["list", "--json=yes"], `--json takes no value.`],
  ])("answers %j with a sentence", (args, message) => {
    expect(readFunctions(args)).toEqual({
      kind: "mistake",
      message: `${message} Run "stepwright functions --help" for all.`,
    });
  });
});
