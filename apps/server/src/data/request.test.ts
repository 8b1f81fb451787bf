import { describe, expect, it } from "vitest";
import { dataCommands, readData } from "./request.ts";

describe("the commands on a database file", () => {
  it("read what is to be done", () => {
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
    for (const command of dataCommands) expect(readData(command, ["-h"])).toEqual({ kind: "help" });
  });

  it.each([
    ["backup", ["--ot", "x"], "There is no flag --ot; did you mean --to?"],
    ["backup", ["x"], `"x" is not expected here.`],
    ["backup", ["--to"], "--to needs a value."],
    ["restore", ["--force=1"], "--force takes no value."],
    ["backup", [], "Say where to: stepwright backup --to FILE."],
    ["restore", ["--from", "b"], "Say what and where to: stepwright restore --from FILE --data-dir FOLDER."],
    ["restore", ["--data-dir", "d"], "Say what and where to: stepwright restore --from FILE --data-dir FOLDER."],
  ] as const)("%s %j is refused with a sentence", (command, args, sentence) => {
    expect(readData(command, args)).toEqual({
      kind: "mistake",
      message: `${sentence} Run "stepwright ${command} --help" for all.`,
    });
  });
});
