import { describe, expect, it } from "vitest";
import type { StepwrightError } from "./errors.ts";
import { eventJson, eventJsonRaw, parseEvents, type IncomingEvent } from "./event.ts";
import { millis } from "./ids.ts";
import { asJsonText, canonicalJson, emptyObjectJson, type JsonText } from "./json.ts";
import { defaultEventLimits } from "./limits.ts";

const plain = { id: null, name: "a", data: "{}", user: "{}", ts: null, v: null, meta: null };

function accepted(value: unknown): readonly IncomingEvent[] {
  const parsed = parseEvents(typeof value === "string" ? value : JSON.stringify(value));
  if (parsed.kind === "rejected") throw parsed.error;
  return parsed.events;
}

function refused(value: unknown): StepwrightError {
  const parsed = parseEvents(typeof value === "string" ? value : JSON.stringify(value));
  if (parsed.kind === "events") throw new Error("the events were accepted");
  return parsed.error;
}

describe("accepted events", () => {
  it("have defaults for everything but the name", () => {
    expect(accepted({ name: "a" })).toEqual([plain]);
    expect(accepted({ name: "a", id: null, data: null, user: null, ts: null, v: null, meta: null, other: 1 })).toEqual([
      plain,
    ]);
    expect(accepted({ name: "a", id: "", ts: 0, v: "" })).toEqual([plain]);
  });

  it("keep what they carry, in canonical form", () => {
    const sent = {
      name: "a",
      id: "i",
      data: { b: 1, a: [2] },
      user: { z: 1, y: 2 },
      ts: 1795469113390,
      v: "1",
      meta: { sessions: { chat: 12 } },
    };
    expect(accepted(sent)).toEqual([
      {
        name: "a",
        id: "i",
        data: '{"a":[2],"b":1}',
        user: '{"y":2,"z":1}',
        ts: 1795469113390,
        v: "1",
        meta: '{"sessions":{"chat":"12"}}',
      },
    ]);
  });

  it("lose `_inngest`, which is the engine's own, but only at the top of their data", () => {
    expect(accepted({ name: "a", data: { _inngest: { fn_id: "x" }, b: { _inngest: 1 } } })).toEqual([
      { ...plain, data: '{"b":{"_inngest":1}}' },
    ]);
  });

  it("keep the order of the list", () => {
    expect(accepted([{ name: "b" }, { name: "a" }]).map((event) => event.name)).toEqual(["b", "a"]);
  });

  it.each(["", "  \n", "[]"])("may be none at all: %j", (body) => {
    expect(accepted(body)).toEqual([]);
  });

  it("may be as many as the limit", () => {
    expect(accepted(Array.from({ length: defaultEventLimits.eventsMax }, () => ({ name: "a" })))).toHaveLength(
      defaultEventLimits.eventsMax,
    );
  });

  it("may be as large as the limit", () => {
    const text = "x".repeat(defaultEventLimits.eventBytesMax - '{"a":""}'.length - "{}".length - 1);
    expect(accepted({ name: "a", data: { a: text } })).toHaveLength(1);
    expect(refused({ name: "a", data: { a: `${text}x` } }).code).toBe("EVENT_TOO_LARGE");
  });

  it("are held to the limits that a server has set", () => {
    const limits = { eventsMax: 2, eventBytesMax: 40, nameBytesMax: 5 };
    const codeOf = (events: unknown): string => {
      const parsed = parseEvents(JSON.stringify(events), limits);
      return parsed.kind === "events" ? "" : parsed.error.code;
    };
    expect(codeOf([{ name: "a" }, { name: "b" }])).toBe("");
    expect(codeOf([{ name: "a" }, { name: "b" }, { name: "c" }])).toBe("EVENTS_TOO_MANY");
    expect(codeOf({ name: "a", data: { a: "€".repeat(9) } })).toBe("");
    expect(codeOf({ name: "a", data: { a: "€".repeat(11) } })).toBe("EVENT_TOO_LARGE");
    expect(codeOf({ name: "éé." })).toBe("");
    expect(codeOf({ name: "ééé" })).toBe("EVENT_NAME_TOO_LONG");
  });

  it("become well-formed text, as canonical JSON must be", () => {
    expect(accepted('{"name":"a\\ud800","data":{"b":"\\udfff"}}')).toEqual([
      { ...plain, name: "a\ufffd", data: '{"b":"\ufffd"}' },
    ]);
  });
});

describe("refused events", () => {
  it.each([
    [{}, "EVENT_NAME_MISSING"],
    [{ name: "" }, "EVENT_NAME_MISSING"],
    [{ name: 7 }, "EVENT_FIELD_INVALID"],
    [{ name: "inngest/function.finished" }, "EVENT_NAME_RESERVED"],
    [{ name: "INNGEST/x" }, "EVENT_NAME_RESERVED"],
    [{ name: "é".repeat(257) }, "EVENT_NAME_TOO_LONG"],
    [{ name: "a", data: [] }, "EVENT_FIELD_INVALID"],
    [{ name: "a", data: "x" }, "EVENT_FIELD_INVALID"],
    [{ name: "a", user: 1 }, "EVENT_FIELD_INVALID"],
    [{ name: "a", id: 1 }, "EVENT_FIELD_INVALID"],
    [{ name: "a", v: true }, "EVENT_FIELD_INVALID"],
    [{ name: "a", ts: "2020" }, "EVENT_FIELD_INVALID"],
    [{ name: "a", ts: 1.5 }, "EVENT_FIELD_INVALID"],
    [{ name: "a", ts: 1 }, "EVENT_TIME_OUT_OF_RANGE"],
    [{ name: "a", ts: 4133980800000 }, "EVENT_TIME_OUT_OF_RANGE"],
    [{ name: "a", meta: 1 }, "EVENT_FIELD_INVALID"],
    [[null], "EVENT_NOT_OBJECT"],
    [[[]], "EVENT_NOT_OBJECT"],
    [7, "EVENT_BODY_INVALID"],
    ["null", "EVENT_BODY_INVALID"],
    ['"text"', "EVENT_BODY_INVALID"],
    ["{", "EVENT_BODY_INVALID"],
    ['{"name":"a"}\n{"name":"b"}', "EVENT_BODY_INVALID"],
    ["name=a", "EVENT_BODY_INVALID"],
  ])("%j with %s", (value, code) => {
    expect(refused(value)).toMatchObject({ code, status: 400 });
  });

  it("take the good ones of their list with them and are all named", () => {
    const error = refused([{ name: "ok" }, {}, { name: "ok" }, { name: "a", ts: "x" }]);
    expect(error).toMatchObject({ code: "EVENTS_INVALID", status: 400 });
    expect(error.message).toMatch(/^2 of 4 events are invalid.*event 1 has no name.*event 3 has an invalid "ts"/);
    expect(error.details["problems"]).toEqual([
      { index: 1, message: expect.stringContaining("event 1") as string },
      { index: 3, message: expect.stringContaining("event 3") as string },
    ]);
  });

  it("keep their own code when there is but one", () => {
    const error = refused([{ name: "ok" }, { name: "inngest/x" }]);
    expect(error.code).toBe("EVENT_NAME_RESERVED");
    expect(error.details["problems"]).toEqual([{ index: 1, message: error.message }]);
  });

  it("are called by their number in a list, and have none when they are sent alone", () => {
    expect(refused([{}]).message).toMatch(/^event 0 has no name/);
    const alone = refused({ name: "ok", meta: [] });
    expect(alone.message).toMatch(/^the event has an invalid "meta"/);
    expect(alone.details["problems"]).toEqual([{ index: 0, message: alone.message }]);
  });

  it("are told by number when they are many", () => {
    const { message, details } = refused(Array.from({ length: 100 }, () => ({})));
    expect(message).toContain("and events 10, 11, 12");
    expect(message).toContain(", 99");
    expect(details["problems"]).toHaveLength(100);
  });

  it("are not even looked at when they are too many", () => {
    expect(refused(Array.from({ length: defaultEventLimits.eventsMax + 1 }, () => ({})))).toMatchObject({
      code: "EVENTS_TOO_MANY",
      status: 400,
    });
  });
});

describe("an event as functions see it", () => {
  const event = {
    id: 'i"1',
    name: "a/b",
    data: asJsonText('{"x":1}'),
    user: emptyObjectJson,
    ts: millis(5),
    v: null,
    meta: null,
  };

  it("is canonical text", () => {
    expect(eventJson(event)).toBe('{"data":{"x":1},"id":"i\\"1","name":"a/b","ts":5,"user":{}}');
    const full = { ...event, user: asJsonText('{"u":1}'), v: "2", meta: asJsonText('{"sessions":{"c":"1"}}') };
    const same: JsonText = canonicalJson(JSON.parse(eventJson(full)));
    expect(eventJson(full)).toBe(same);
    expect(eventJsonRaw(full)).toBe(same);
  });

  it("is without an empty user in a list of raw events", () => {
    expect(eventJsonRaw(event)).toBe('{"data":{"x":1},"id":"i\\"1","name":"a/b","ts":5}');
  });
});
