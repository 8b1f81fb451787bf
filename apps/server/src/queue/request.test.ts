import { describe, expect, it } from "vitest";
import { readQueue } from "./request.ts";

describe("stepwright queue", () => {
  it("reads what to do, and where the server is", () => {
    expect(readQueue(["list", "--set-aside", "--server", "http://x:1", "--json"])).toEqual({
      kind: "queue",
      request: { action: { kind: "list", after: null }, server: "http://x:1", signingKey: null, json: true },
    });
    expect(readQueue(["list", "--set-aside", "--after", "7:1"])).toMatchObject({
      request: { action: { after: "7:1" } },
    });
    expect(readQueue(["retry", "01J:step one:wake"])).toMatchObject({
      request: { action: { kind: "retry", id: "01J:step one:wake" } },
    });
    expect(readQueue(["retry", "--all"])).toMatchObject({ request: { action: { kind: "retryAll" } } });
  });

  it("shows its help when nothing is asked, or help is", () => {
    expect(readQueue([])).toEqual({ kind: "help" });
    expect(readQueue(["retry", "-h"])).toEqual({ kind: "help" });
  });

  it.each([
    [["lst"], `There is no command "queue lst"; did you mean "queue list"?`],
    [
      ["list"],
      'Say what to list: stepwright queue list --set-aside; what waits for a limit is told by "functions queue FUNCTION".',
    ],
    [["list", "x", "--set-aside"], `"x" is not expected here.`],
    [["list", "--set-aside", "--all"], `--all does not belong to "queue list".`],
    [["retry"], "Say which item: stepwright queue retry ID, or --all."],
    [["retry", "a", "--all"], "Name an item or give --all, not both."],
    [["retry", "a", "b"], `"b" is not expected here.`],
    [["retry", "--al"], "There is no flag --al; did you mean --all?"],
  ])("answers %j with a sentence", (args, message) => {
    expect(readQueue(args)).toEqual({
      kind: "mistake",
      message: `${message} Run "stepwright queue --help" for all.`,
    });
  });
});
