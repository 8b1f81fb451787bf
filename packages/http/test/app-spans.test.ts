// `POST /v1/traces/userland`: spans of an app's own code come in as OpenTelemetry exports them, and are shown with their runs.
import { gzipSync } from "node:zlib";
import type { JsonObject, JsonValue, RunId } from "@stepwright/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openApp, type OpenApp } from "./open-app.ts";
import { openServer, type OpenServer } from "./open-server.ts";

const headers = { host: "localhost:8288" };
let server: OpenServer;
let app: OpenApp;
let runId: RunId;
/** The references that the calls of the run were given, in order. */
const references: string[] = [];

beforeAll(async () => {
  server = await openServer();
  app = await openApp(server.app, "shop", [
    {
      name: "one",
      triggers: [{ event: "shop/one" }],
      handle: ({ steps, headers: sent }) => {
        references.push(/inngest@traceref=([^,]*)/.exec(String(sent["tracestate"]))?.[1] ?? "");
        return steps["a"] === undefined
          ? { status: 206, body: [{ op: "StepRun", id: "a", name: "a", displayName: "charge", data: 1 }] }
          : { status: 200, body: 3 };
      },
    },
  ]);
  await server.app.inject({ method: "POST", url: "/e/key", headers, payload: JSON.stringify({ name: "shop/one" }) });
  await server.runtime.idle();
  const { items } = await server.runtime.storage.runs.list({}, { cursor: null, limit: 1 });
  const [run] = items;
  if (run === undefined) throw new Error("no run has started");
  runId = run.id;
});
afterAll(async () => {
  await app.close();
  await server.close();
});

const ask = (payload: Buffer | string, more: Readonly<Record<string, string>> = {}) =>
  server.app.inject({ method: "POST", url: "/v1/traces/userland", headers: { ...headers, ...more }, payload });

/** The trace of the run as names with what is below them in brackets. */
async function shown(): Promise<string> {
  const { data } = (await server.app.inject({ url: `/v2/runs/${runId}/trace`, headers })).json();
  const write = ({ name, children = [] }: { name: string; children?: [] }): string =>
    children.length === 0 ? name : `${name}(${children.map(write).join(" ")})`;
  return write(data.rootSpan);
}

const attribute = (key: string, value: JsonObject) => ({ key, value });
const textAttribute = (key: string, stringValue: string) => attribute(key, { stringValue });

function span(number: number, name: string, attributes: readonly JsonObject[], changes: JsonObject = {}): JsonObject {
  return {
    traceId: "5b8efff798038103d269b633813fc60c",
    spanId: String(number).padStart(16, "0"),
    name,
    kind: 3,
    startTimeUnixNano: "1795469168451000001",
    endTimeUnixNano: "1795469168461999999",
    attributes: [...attributes],
    ...changes,
  };
}

const exported = (...spans: readonly JsonValue[]): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [textAttribute("service.name", "shop-api")] },
        scopeSpans: [{ scope: { name: "http", version: "1.2" }, spans }],
      },
    ],
  });

describe("spans of an app in JSON", () => {
  it("are kept with their run, below the step of their call and each other, also when compressed", async () => {
    const [first = "", last = ""] = references;
    const body = exported(
      span(1, "inngest.execution", [textAttribute("inngest.traceref", first)]),
      span(2, "POST /charge", [textAttribute("inngest.traceref", first)], { parentSpanId: "0000000000000001" }),
      span(3, "cleanup", [textAttribute("inngest.traceref", last)]),
      span(
        4,
        "query",
        [
          textAttribute("inngest.traceref", last),
          textAttribute("inngest.step.hash", "a"),
          textAttribute("inngest.step.parentSpanId", "00000000000000ff"),
        ],
        { parentSpanId: "0000000000000003" },
      ),
    );
    const answer = await ask(gzipSync(body), { "content-encoding": "gzip", "content-type": "application/json" });
    expect([answer.statusCode, answer.json()]).toEqual([200, {}]);
    expect(await shown()).toBe("Run(charge(inngest.execution(POST /charge) query) Finalization(cleanup))");
  });

  it("are kept with what was told of them, but for the reference", async () => {
    const attributes = [
      textAttribute("inngest.traceref", references[0] ?? ""),
      textAttribute("inngest.traceparent", "00-1-2-01"),
      attribute("count", { intValue: "12" }),
      attribute("ratio", { doubleValue: 0.5 }),
      attribute("ok", { boolValue: true }),
      attribute("tags", { arrayValue: { values: [{ stringValue: "x" }, { intValue: 2 }] } }),
      attribute("map", { kvlistValue: { values: [textAttribute("k", "v")] } }),
      attribute("nothing", {}),
    ];
    await ask(exported(span(5, "all", attributes, { status: { code: 2, message: "no" } })));
    const kept = (await server.runtime.storage.runs.appSpans(runId)).find(({ name }) => name === "all");
    expect(kept).toMatchObject({ status: "failed", startedAt: 1795469168451, endedAt: 1795469168461, parentId: null });
    expect(JSON.parse(kept?.detail ?? "")).toEqual({
      kind: "SPAN_KIND_CLIENT",
      service: "shop-api",
      scope: { name: "http", version: "1.2" },
      attributes: { count: 12, ratio: 0.5, ok: true, tags: ["x", 2], map: { k: "v" }, nothing: null },
      resource: { "service.name": "shop-api" },
    });
  });

  it("are refused, and counted, where they are of no run, of none that is there, or too large", async () => {
    const known = references[0] ?? "";
    const other = known.replace(/00-[0-9a-f]{32}/, `00-${"1".repeat(32)}`);
    const answer = await ask(
      exported(
        {},
        span(6, "stranger", []),
        span(7, "gone", [textAttribute("inngest.traceref", other)]),
        span(8, "large", [textAttribute("inngest.traceref", known), textAttribute("x", "y".repeat(17_000))]),
        span(9, "fine", [textAttribute("inngest.traceref", known)]),
      ),
    );
    expect(answer.json()).toEqual({
      partialSuccess: { rejectedSpans: "4", errorMessage: expect.stringContaining("inngest.traceref") },
    });
    expect(await shown()).toContain("fine");
  });
});

describe("spans of an app in protobuf", () => {
  const varint = (value: number): Buffer => {
    const bytes: number[] = [];
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
    return Buffer.from([...bytes, rest]);
  };
  const field = (number: number, ...parts: readonly (Buffer | string)[]): Buffer => {
    const bytes = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
    return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
  };
  const number = (of: number, value: number): Buffer => Buffer.concat([varint(of << 3), varint(value)]);
  const fixed = (of: number, value: bigint): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(value);
    return Buffer.concat([varint((of << 3) | 1), bytes]);
  };
  const pair = (of: number, key: string, ...value: readonly Buffer[]): Buffer =>
    field(of, field(1, key), field(2, ...value));
  const message = (...spans: readonly Buffer[]): Buffer =>
    field(
      1,
      field(1, pair(1, "service.name", field(1, "shop-worker"))),
      field(2, field(1, field(1, "pg"), field(2, "8.0")), ...spans),
    );
  const double = Buffer.alloc(9);
  double[0] = (4 << 3) | 1;
  double.writeDoubleLE(0.25, 1);

  it("are kept as those in JSON", async () => {
    const body = message(
      field(
        2,
        field(1, Buffer.alloc(16, 1)),
        field(2, Buffer.alloc(8, 0xab)),
        field(4, Buffer.alloc(8, 0xcd)),
        field(5, "SELECT"),
        number(6, 3),
        fixed(7, 1_795_469_168_451_000_000n),
        fixed(8, 1_795_469_168_452_000_000n),
        pair(9, "inngest.traceref", field(1, references[0] ?? "")),
        pair(9, "rows", number(3, 7)),
        pair(9, "negative", Buffer.concat([Buffer.of(3 << 3), Buffer.alloc(9, 0xff), Buffer.of(1)])),
        pair(9, "ok", number(2, 1)),
        pair(9, "ratio", double),
        pair(9, "list", field(5, field(1, field(1, "x")), field(1, number(3, 2)))),
        pair(9, "map", field(6, pair(1, "k", field(1, "v")))),
        pair(9, "bytes", field(7, Buffer.from([1, 2]))),
        field(15, number(3, 2)),
      ),
    );
    const answer = await ask(body, { "content-type": "application/x-protobuf" });
    expect([answer.statusCode, answer.headers["content-type"], answer.rawPayload.length]).toEqual([
      200,
      "application/x-protobuf",
      0,
    ]);
    const kept = (await server.runtime.storage.runs.appSpans(runId)).find(({ name }) => name === "SELECT");
    expect(kept).toMatchObject({
      id: "abababababababab",
      parentId: "cdcdcdcdcdcdcdcd",
      status: "failed",
      startedAt: 1795469168451,
      endedAt: 1795469168452,
    });
    expect(JSON.parse(kept?.detail ?? "")).toEqual({
      kind: "SPAN_KIND_CLIENT",
      service: "shop-worker",
      scope: { name: "pg", version: "8.0" },
      attributes: {
        rows: 7,
        negative: -1,
        ok: true,
        ratio: 0.25,
        list: ["x", 2],
        map: { k: "v" },
        bytes: "AQI=",
      },
      resource: { "service.name": "shop-worker" },
    });
  });

  it("are refused in the words of OpenTelemetry, also in a message that looks like JSON at its beginning", async () => {
    // 123 bytes: the length of the first field is written as a brace.
    const resource = field(1, pair(1, "x", field(1, "y".repeat(90))));
    const scope = field(2, field(2, Buffer.alloc(0)), field(2, Buffer.alloc(0)));
    const padding = field(9, Buffer.alloc(123 - resource.length - scope.length - 2));
    const body = field(1, resource, scope, padding);
    expect(body.subarray(0, 2).toString()).toBe("\n{");
    const answer = await ask(body);
    expect(answer.statusCode).toBe(200);
    const bytes = answer.rawPayload;
    // partial_success (1) of rejected_spans (1) = 2 and error_message (2).
    expect([...bytes.subarray(0, 4)]).toEqual([0x0a, bytes.length - 2, 0x08, 2]);
    expect(bytes.subarray(6).toString()).toContain("inngest.traceref");
  });
});

describe("an export", () => {
  it("that is none is refused, and an empty one is fine", async () => {
    const broken = ["{", '{"resourceSpans":1}', Buffer.from([0x0a, 0x50, 0x01]), Buffer.from([0x0b])];
    for (const payload of broken) {
      const answer = await ask(payload);
      expect([answer.statusCode, answer.json()]).toEqual([400, { message: "Invalid payload" }]);
    }
    expect((await ask("")).statusCode).toBe(200);
    expect((await ask('{"resourceSpans":[]}')).json()).toEqual({});
  });

  it("is taken as far as a run may have spans", async () => {
    const all = Array.from({ length: 1_100 }, (_, n) =>
      span(1_000 + n, `n${n}`, [textAttribute("inngest.traceref", references[0] ?? "")]),
    );
    const before = (await server.runtime.storage.runs.appSpanUse(runId)).count;
    const answer = await ask(exported(...all));
    expect(answer.json().partialSuccess.rejectedSpans).toBe(String(100 + before));
    expect((await server.runtime.storage.runs.appSpanUse(runId)).count).toBe(1_000);
  });
});
