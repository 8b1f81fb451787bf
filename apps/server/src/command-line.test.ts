import { describe, expect, it } from "vitest";
import { readCommandLine } from "./command-line.ts";

describe("the command line", () => {
  it("shows the help without a command, and of the command asked about", () => {
    expect(readCommandLine([])).toEqual({ kind: "help", command: null });
    expect(readCommandLine(["help", "start"])).toEqual({ kind: "help", command: "start" });
    expect(readCommandLine(["dev", "-p", "1", "--help"])).toEqual({ kind: "help", command: "dev" });
  });

  it("tells the version", () => {
    for (const word of ["version", "--version", "-v"]) expect(readCommandLine([word])).toEqual({ kind: "version" });
  });

  it("reads flags in all their spellings", () => {
    const line = readCommandLine([
      "dev",
      "-p",
      "9000",
      "--host=0.0.0.0",
      "--no-discovery",
      "--memory=false",
      "-l",
      "debug",
      "--config",
      "x.json",
    ]);
    expect(line).toMatchObject({ kind: "serve", command: "dev", configFile: "x.json", notices: [] });
    expect(line.kind === "serve" && Object.fromEntries(line.values)).toEqual({
      port: "9000",
      host: "0.0.0.0",
      noDiscovery: true,
      memory: "false",
      logLevel: "debug",
    });
  });

  it("gathers repeated and comma-separated lists under one setting, also by their older name", () => {
    const line = readCommandLine(["dev", "-u", "http://a", "--sdk-url", "http://b,http://c", "--app-url=http://d"]);
    expect(line.kind === "serve" && line.values.get("appUrl")).toEqual([
      "http://a",
      "http://b",
      "http://c",
      "http://d",
    ]);
  });

  it("accepts flags without a meaning here, with a notice", () => {
    const line = readCommandLine([
      "dev",
      "--tick",
      "10",
      "--queue-workers",
      "5",
      "--connect-gateway-port",
      "8289",
      "--persist",
    ]);
    expect(line.kind === "serve" && line.notices).toHaveLength(4);
    expect(line.kind === "serve" && line.notices[0]).toBe("--tick has no effect: the queue is not polled.");
  });

  it("reads what to do with a function, and leaves the rest to its own reader", () => {
    expect(readCommandLine(["functions", "pause", "shop-a"])).toMatchObject({
      kind: "functions",
      request: { action: { kind: "pause", slug: "shop-a" } },
    });
    for (const args of [["functions"], ["functions", "list", "-h"], ["help", "functions"]])
      expect(readCommandLine(args)).toEqual({ kind: "help", command: "functions" });
  });

  it.each([
    [["function"], `There is no command "function"; did you mean "functions"? Run "stepwright help" for all.`],
    [["dve"], `There is no command "dve"; did you mean "dev"? Run "stepwright help" for all.`],
    [
      ["dev", "--no-discovry"],
      `There is no flag --no-discovry; did you mean --no-discovery? Run "stepwright dev --help" for all.`,
    ],
    [["dev", "--zzzzzzzzzz"], `There is no flag --zzzzzzzzzz. Run "stepwright dev --help" for all.`],
    [["dev", "--port"], `--port needs a value: --port N. Run "stepwright dev --help" for all.`],
    [["dev", "--event-key", "k"], `--event-key belongs to "stepwright start". Run "stepwright dev --help" for all.`],
    [["start", "extra"], `"extra" is not expected here. Run "stepwright start --help" for all.`],
  ])("answers %j with a sentence", (args, message) => {
    expect(readCommandLine(args)).toEqual({ kind: "mistake", message });
  });
});
