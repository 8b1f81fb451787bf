import { describe, expect, it } from "vitest";
import { readSend } from "./request.ts";

const here = { server: null, signingKey: null, json: false };
const one = { kind: "one", name: "a/b", data: null, user: null, id: null, ts: null };

describe("stepwright send", () => {
  it.each([
    [["a/b"], { events: one, wait: null }],
    [["a/b", "--data", '{"n":1}'], { events: { ...one, data: '{"n":1}' }, wait: null }],
    [["--data=@d.json", "a/b", "--user", "-"], { events: { ...one, data: "@d.json", user: "-" }, wait: null }],
    [["a/b", "--id", "7", "--ts", "1795469113390"], { events: { ...one, id: "7", ts: 1795469113390 }, wait: null }],
    [["a/b", "--ts", "2026-01-31T12:00:00Z"], { events: { ...one, ts: Date.UTC(2026, 0, 31, 12) }, wait: null }],
    [["a/b", "--wait"], { events: one, wait: { timeoutMs: null } }],
    [["a/b", "--wait", "--timeout", "1m"], { events: one, wait: { timeoutMs: 60_000 } }],
    [["a/b", "--wait", "--timeout", "1.5"], { events: one, wait: { timeoutMs: 1_500 } }],
    [['{"name":"a/b"}'], { events: { kind: "whole", events: '{"name":"a/b"}' }, wait: null }],
    [[' [{"name":"a/b"}]'], { events: { kind: "whole", events: ' [{"name":"a/b"}]' }, wait: null }],
    [["-"], { events: { kind: "whole", events: "-" }, wait: null }],
    [["@e.json", "--wait"], { events: { kind: "whole", events: "@e.json" }, wait: { timeoutMs: null } }],
  ])("reads %j", (args, request) => {
    expect(readSend(args)).toEqual({ kind: "send", request: { ...request, ...here } });
  });

  it("reads where the server is", () => {
    expect(readSend(["a/b", "--server", "http://x:1", "--signing-key=ab", "--json"])).toMatchObject({
      request: { server: "http://x:1", signingKey: "ab", json: true },
    });
  });

  it("shows its help when nothing is asked, or help is", () => {
    expect(readSend([])).toEqual({ kind: "help" });
    expect(readSend(["a/b", "--help"])).toEqual({ kind: "help" });
  });

  it.each([
    [["--wait"], "Say which event: stepwright send NAME, or stepwright send - with events on standard input."],
    [["a/b", '{"n":1}'], `"{"n":1}" is not expected here; data goes behind --data.`],
    [["-", "--data", "{}"], "A whole event has its own data; leave --data out."],
    [["@e.json", "--ts", "1"], "A whole event has its own ts; leave --ts out."],
    [
      ["a/b", "--ts", "soon"],
      "--ts soon is no time; write milliseconds since 1970, or a date such as 2026-01-31T12:00:00Z.",
    ],
    [["a/b", "--data", "-", "--user", "-"], "Only one of --data and --user can be on standard input."],
    [["a/b", "--timeout", "1m"], "--timeout says how long to wait, and nothing is waited for."],
    [["a/b", "--wait", "--timeout", "long"], "--timeout long is no duration; write 30s, 5m or a number of seconds."],
    [["a/b", "--date", "{}"], "There is no flag --date; did you mean --data?"],
    [["a/b", "--data"], "--data needs a value."],
    [["a/b", "--wait=yes"], "--wait takes no value."],
  ])("answers %j with a sentence", (args, message) => {
    expect(readSend(args)).toEqual({
      kind: "mistake",
      message: `${message} Run "stepwright send --help" for all.`,
    });
  });
});
