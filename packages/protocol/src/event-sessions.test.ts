import { describe, expect, it } from "vitest";
import { readSessions } from "./event-sessions.ts";
import type { JsonValue } from "./json.ts";

const five = { a: "1", b: "2", c: "3", d: "4", e: "5" };

describe("the sessions of an event", () => {
  it.each<[string, JsonValue | undefined, unknown]>([
    ["are absent", undefined, null],
    ["are null", null, null],
    ["are empty", { sessions: {} }, null],
    ["have numbers as text", { sessions: { chat: 12, b: "x" } }, { b: "x", chat: "12" }],
    ["inherit", { propagated_sessions: { b: "1", a: 2 } }, { a: "2", b: "1" }],
    [
      "win over inherited ones",
      { sessions: { a: "own" }, propagated_sessions: { a: "old", b: "2" } },
      { a: "own", b: "2" },
    ],
    ["cut one inherited", { sessions: { a: null }, propagated_sessions: { a: "old", b: "2" } }, { b: "2" }],
    ["cut all inherited", { sessions: null, propagated_sessions: { a: "old" } }, null],
    [
      "fill up in the order of names",
      { sessions: { z: "0", y: "0", x: "0" }, propagated_sessions: five },
      { a: "1", b: "2", x: "0", y: "0", z: "0" },
    ],
    ["leave out bad inherited ones", { propagated_sessions: { a: true, b: "", "": "x", c: "3" } }, { c: "3" }],
    ["ignore an inheritance that is none", { sessions: { a: "1" }, propagated_sessions: [] }, { a: "1" }],
  ])("%s", (_, meta, sessions) => {
    expect(readSessions(meta, "the event")).toEqual({
      kind: "meta",
      meta: sessions === null ? null : JSON.stringify({ sessions }),
    });
  });

  it.each<[string, JsonValue, string]>([
    ["meta is no object", [], "EVENT_FIELD_INVALID"],
    ["sessions are no object", { sessions: "x" }, "EVENT_FIELD_INVALID"],
    ["an id is a boolean", { sessions: { a: true } }, "EVENT_SESSION_INVALID"],
    ["an id is empty", { sessions: { a: "" } }, "EVENT_SESSION_INVALID"],
    ["an id is too long", { sessions: { a: "é".repeat(257) } }, "EVENT_SESSION_INVALID"],
    ["a name is empty", { sessions: { "": "x" } }, "EVENT_SESSION_INVALID"],
    ["a name is too long", { sessions: { ["n".repeat(129)]: "x" } }, "EVENT_SESSION_INVALID"],
    ["there are too many", { sessions: { ...five, f: "6" } }, "EVENT_SESSIONS_TOO_MANY"],
  ])("are refused when %s", (_, meta, code) => {
    expect(readSessions(meta, "event 3")).toMatchObject({
      kind: "rejected",
      error: { code, status: 400, message: expect.stringMatching(/^event 3 has/) as string },
    });
  });
});
