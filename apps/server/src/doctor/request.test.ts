import { describe, expect, it } from "vitest";
import { readDoctor } from "./request.ts";

const here = { server: null, signingKey: null, json: false };

describe("stepwright doctor", () => {
  it("looks at a running server, or at something on it", () => {
    expect(readDoctor([])).toEqual({ kind: "doctor", request: { target: null, ...here } });
    expect(readDoctor(["shop-a", "--server", "http://x:1", "--json"])).toEqual({
      kind: "doctor",
      request: { target: "shop-a", ...here, server: "http://x:1", json: true },
    });
  });

  it("looks at stored data with --db", () => {
    expect(readDoctor(["--db", "/data", "--full", "--json"])).toEqual({
      kind: "data",
      request: { kind: "doctor", db: "/data", isFull: true, isJson: true },
    });
    expect(readDoctor(["--db=/data"])).toMatchObject({ request: { isFull: false, isJson: false } });
  });

  it("shows its help when it is asked for", () => {
    expect(readDoctor(["-h"])).toEqual({ kind: "help" });
  });

  it.each([
    [["--bd", "x"], "There is no flag --bd; did you mean --db?"],
    [["--db"], "--db needs a value."],
    [["--db", "x", "--full=1"], "--full takes no value."],
    [["--db", "x", "shop-a"], `"shop-a" is not expected beside --db.`],
    [["--db", "x", "--server", "http://x"], "--server is of a running server, and --db looks at a file."],
    [["--full"], "--full is of stored data; say which with --db FOLDER."],
    [["a", "b"], `"b" is not expected here.`],
  ])("answers %j with a sentence", (args, message) => {
    expect(readDoctor(args)).toEqual({
      kind: "mistake",
      message: `${message} Run "stepwright doctor --help" for all.`,
    });
  });
});
