import { describe, expect, it } from "vitest";
import { readCommandLine } from "../command-line.ts";

const read = (...args: readonly string[]) => readCommandLine(["test", ...args]);

describe("stepwright test", () => {
  it("runs what stands behind the dashes, whatever that looks like", () => {
    expect(read("--", "pytest", "-q", "--verbose", "--", "x")).toMatchObject({
      kind: "test",
      command: ["pytest", "-q", "--verbose", "--", "x"],
      isVerbose: false,
      saveFailedTo: null,
      values: new Map(),
    });
  });

  it("has flags of its own before the dashes, and those of a server for development", () => {
    const line = read(
      "--verbose",
      "-u",
      "http://a/x",
      "--save-failed=out",
      "-u",
      "http://b/x",
      "--retry-interval",
      "2",
      "--",
      "x",
    );
    expect(line).toMatchObject({
      kind: "test",
      isVerbose: true,
      saveFailedTo: "out",
      values: new Map<string, unknown>([
        ["appUrl", ["http://a/x", "http://b/x"]],
        ["retryInterval", "2"],
      ]),
    });
    expect(readCommandLine(["--verbose", "test", "--", "x"])).toMatchObject({ kind: "test", isVerbose: true });
  });

  it.each([
    [["--nothing", "--", "x"], /^There is no flag --nothing/],
    [["--event-key", "k", "--", "x"], /^--event-key belongs to "stepwright start"/],
    [["pytest"], /^Say what to run behind "--"/],
    [["--version"], /^Say what to run behind "--"/],
    [["--save-failed="], /^--save-failed needs a value/],
  ])("%j is a mistake", (args, message) => {
    expect(read(...args)).toMatchObject({ kind: "mistake", message: expect.stringMatching(message) });
  });

  it("has help, which the command behind the dashes may have as well", () => {
    expect(read("--help")).toEqual({ kind: "help", command: "test" });
    expect(read("--", "pytest", "--help")).toMatchObject({ kind: "test" });
  });
});
