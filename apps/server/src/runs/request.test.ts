import { describe, expect, it } from "vitest";
import { filterFlagsText, filterParameters } from "./filter.ts";
import { readRuns } from "./request.ts";

const here = { server: null, signingKey: null, json: false };
const filter = { status: null, function: null, app: null, event: null, since: null, until: null, search: null };
const rerun = { kind: "rerun", runId: "R", fromStep: null, input: null, data: null, wait: null };

describe("stepwright runs", () => {
  it.each([
    [["list"], { kind: "list", filter, limit: 50, after: null }],
    [
      ["list", "--status", "failed,queued", "--function", "f", "--app", "a", "--event", "e", "--search", "x y"],
      {
        kind: "list",
        filter: { ...filter, status: "failed,queued", function: "f", app: "a", event: "e", search: "x y" },
        limit: 50,
        after: null,
      },
    ],
    [
      ["list", "--since", "2h", "--until=2026-01-31", "--limit", "1000", "--after", "C"],
      { kind: "list", filter: { ...filter, since: "2h", until: "2026-01-31" }, limit: 1000, after: "C" },
    ],
    [["get", "R"], { kind: "get", runId: "R" }],
    [["tail"], { kind: "tail", filter }],
    [["tail", "--function", "f"], { kind: "tail", filter: { ...filter, function: "f" } }],
    [["cancel", "R", "S"], { kind: "cancel", runIds: ["R", "S"] }],
    [["cancel", "--function", "f"], { kind: "cancelAll", slug: "f", since: null, until: null, condition: null }],
    [
      ["cancel", "--function", "f", "--since", "1d", "--until", "1h", "--if", "event.data.n == 1"],
      { kind: "cancelAll", slug: "f", since: "1d", until: "1h", condition: "event.data.n == 1" },
    ],
    [["rerun", "R"], rerun],
    [["rerun", "R", "--data", "{}", "--wait"], { ...rerun, data: "{}", wait: { timeoutMs: null } }],
    [["rerun", "R", "--from-step", "s", "--input", "[1]"], { ...rerun, fromStep: "s", input: "[1]" }],
  ])("reads %j", (args, action) => {
    expect(readRuns(args)).toEqual({ kind: "runs", request: { action, ...here } });
  });

  it("shows its help when nothing is asked, or help is", () => {
    expect(readRuns([])).toEqual({ kind: "help" });
    expect(readRuns(["tail", "--help"])).toEqual({ kind: "help" });
  });

  it.each([
    [["lst"], `There is no command "runs lst"; did you mean "runs list"?`],
    [["list", "x"], `"x" is not expected here.`],
    [["list", "--limit", "0"], "--limit 0 is no number from 1 to 10000."],
    [["list", "--limit", "many"], "--limit many is no number from 1 to 10000."],
    [
      ["list", "--since", "yesterday"],
      "--since yesterday is no time; write how long ago, such as 2h, or a date such as 2026-01-31T12:00:00Z.",
    ],
    [["list", "--if", "true"], `--if does not belong to "runs list".`],
    [["list", "--statsu", "failed"], "There is no flag --statsu; did you mean --status?"],
    [["get"], "Say which run: stepwright runs get RUN."],
    [["get", "R", "S"], `"S" is not expected here.`],
    [["get", "R", "--status", "failed"], `--status does not belong to "runs get".`],
    [["tail", "--since", "2h"], `--since does not belong to "runs tail".`],
    [["tail", "x"], `"x" is not expected here.`],
    [["cancel"], "Say which runs: stepwright runs cancel RUN..., or all of a function with --function FUNCTION."],
    [
      ["cancel", "--since", "2h"],
      "Say which runs: stepwright runs cancel RUN..., or all of a function with --function FUNCTION.",
    ],
    [["cancel", "R", "--function", "f"], "Name runs, or give --function and others, not both."],
    [["cancel", "R", "--if", "true"], "Name runs, or give --function and others, not both."],
    [
      ["cancel", "--function", "f", "--until", "never"],
      "--until never is no time; write how long ago, such as 2h, or a date such as 2026-01-31T12:00:00Z.",
    ],
    [["rerun"], "Say which run: stepwright runs rerun RUN."],
    [["rerun", "R", "--input", "[]"], "--input is of a step; say which with --from-step STEP."],
    [["rerun", "R", "--timeout", "1s"], "--timeout says how long to wait, and nothing is waited for."],
    [
      ["rerun", "R", "--from-step", "s", "--input", "-", "--data", "-"],
      "Only one of --input and --data can be on standard input.",
    ],
    [["rerun", "R", "S"], `"S" is not expected here.`],
  ])("answers %j with a sentence", (args, message) => {
    expect(readRuns(args)).toEqual({
      kind: "mistake",
      message: `${message} Run "stepwright runs --help" for all.`,
    });
  });
});

describe("the filters", () => {
  const now = Date.UTC(2026, 10, 26, 12);

  it("become what the server takes, with times from now", () => {
    const given = { ...filter, status: "failed", since: "2h", until: "2026-11-26T11:30:00Z", search: "a b" };
    expect(Object.fromEntries(filterParameters(given, now))).toEqual({
      status: "failed",
      from: String(now - 2 * 3_600_000),
      to: String(now - 1_800_000),
      search: "a b",
    });
    expect(filterParameters({ ...filter, since: "1795469113390" }, now).get("from")).toBe("1795469113390");
  });

  it("are written as a shell takes them", () => {
    expect(filterFlagsText({ ...filter, event: "a/b", search: "it's me" })).toBe(` --event a/b --search 'it'\\''s me'`);
    expect(filterFlagsText(filter)).toBe("");
  });
});
