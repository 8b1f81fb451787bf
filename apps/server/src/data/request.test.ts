import { describe, expect, it } from "vitest";
import { dataCommands, readData } from "./request.ts";

describe("the commands on a database file", () => {
  it("read what is to be done", () => {
    expect(readData("doctor", ["--db", "/data", "--full", "--json"])).toEqual({
      kind: "data",
      request: { kind: "doctor", db: "/data", isFull: true, isJson: true },
    });
    expect(readData("backup", ["--to=b.db"])).toEqual({
      kind: "data",
      request: { kind: "backup", to: "b.db", dataDir: null, isForced: false, isVerified: true },
    });
    expect(readData("backup", ["--to", "b", "--data-dir", "d", "--force", "--no-verify"])).toMatchObject({
      request: { dataDir: "d", isForced: true, isVerified: false },
    });
    expect(readData("restore", ["--from", "b", "--data-dir", "d"])).toEqual({
      kind: "data",
      request: { kind: "restore", from: "b", dataDir: "d", isForced: false },
    });
  });

  it("show their help when it is asked for", () => {
    for (const command of dataCommands) expect(readData(command, ["-h"])).toEqual({ kind: "help", command });
  });

  it.each([
    ["doctor", [], "Say which data: stepwright doctor --db FOLDER."],
    ["doctor", ["--bd", "x"], "There is no flag --bd; did you mean --db?"],
    ["doctor", ["x"], `"x" is not expected here.`],
    ["doctor", ["--db"], "--db needs a value."],
    ["doctor", ["--db", "x", "--full=1"], "--full takes no value."],
    ["backup", [], "Say where to: stepwright backup --to FILE."],
    ["restore", ["--from", "b"], "Say what and where to: stepwright restore --from FILE --data-dir FOLDER."],
    ["restore", ["--data-dir", "d"], "Say what and where to: stepwright restore --from FILE --data-dir FOLDER."],
  ] as const)("%s %j is refused with a sentence", (command, args, sentence) => {
    expect(readData(command, args)).toEqual({
      kind: "mistake",
      message: `${sentence} Run "stepwright ${command} --help" for all flags.`,
    });
  });
});
