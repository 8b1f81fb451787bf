// Replays what was captured of the peer: the same request in, the same answer out, but for the listed differences.
import { readFileSync } from "node:fs";
import { isJsonObject, type JsonObject, type JsonValue } from "@stepwright/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { golden, type Golden } from "../golden.ts";
import { openServer, type OpenServer } from "../open-server.ts";
import { type Answer, captureNames, meant, normalise, omit, replay, withoutWords } from "./capture.ts";
import { type Difference, differences, excerpts } from "./differences.ts";
import { openWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

// What was captured after something else was done comes after it here as well.
const late = ["v1-run-get-cancelled", "fn-step-limit-del", "fn-remove"];
const names = [
  ...captureNames("v0-", "v1-", "v2-", "fn-", "dev-", "test-", "invoke-", "event-", "health").filter(
    (name) => !late.includes(name),
  ),
  ...late,
];

const differencesOf = (name: string): readonly Difference[] =>
  differences.filter(({ captures }) => captures.includes(name));

/** What of the captured answer ours must equal. */
function expected(name: string, captured: Golden): Answer {
  return comparable(name, meant(captured));
}

function comparable(name: string, answer: Answer): Answer {
  const { status, body } = withoutWords(answer);
  const omitted = new Set(differencesOf(name).flatMap((difference) => difference.omit ?? []));
  const adapts = [...differencesOf(name).map(({ adapt }) => adapt), excerpts[name]?.adapt];
  const bare = normalise(omit(body, omitted));
  return { status, body: adapts.reduce((adapted, adapt) => (adapt === undefined ? adapted : adapt(adapted)), bare) };
}

async function ask(name: string): Promise<Answer> {
  const captured = golden(name);
  const path = excerpts[name]?.path ?? captured.request.path;
  return replay(world.app, { ...captured, request: { ...captured.request, path } }, world.ids);
}

describe("a replayed request", () => {
  it.each(names.filter((name) => differencesOf(name).every(({ status }) => status === undefined)))(
    "%s is answered as it was",
    async (name) => {
      if (name === "v1-run-get-cancelled") await world.cancelWaiter();
      if (name === "fn-step-limit-del") await ask("fn-step-limit-set");
      const ours = await ask(name);
      expect(comparable(name, ours)).toEqual(expected(name, golden(name)));
    },
  );

  it.each(
    names.flatMap((name) =>
      differencesOf(name).flatMap(({ status }) => (status === undefined ? [] : [[name, status] as const])),
    ),
  )("%s is answered with %i in the envelope of its API", async (name, status) => {
    const { status: found, body } = await ask(name);
    expect(found).toBe(status);
    if (!isJsonObject(body)) throw new Error(`no envelope: ${JSON.stringify(body)}`);
    if (name.startsWith("v2-")) expect(Object.keys(body)).toEqual(["errors"]);
    else if (status < 400) expect(Object.keys(body).sort()).toEqual(["data", "metadata"]);
    else expect(body).toMatchObject({ error: expect.any(String), status });
  });
});

describe("the comparison", () => {
  const compared = names.filter((name) => differencesOf(name).every(({ status }) => status === undefined));

  it.each(compared.filter((name) => isJsonObject(golden(name).response.body) && excerpts[name] === undefined))(
    "of %s fails when the captured answer is another one",
    (name) => {
      const captured = golden(name);
      const right = expected(name, captured);
      expect(expected(name, withStatus(captured, captured.response.status + 100))).not.toEqual(right);
      const ignored = ignoredIn(name, captured);
      for (const path of leavesOf(captured.response.body)) {
        const mutated = withBody(captured, replaced(captured.response.body, path, { mutated: true }));
        const isIgnored = path.some((key) => ignored.has(key)) || isDuplicateSpan(path);
        if (!isIgnored) expect({ path, answer: expected(name, mutated) }).not.toEqual({ path, answer: right });
      }
    },
  );
});

/** Words of errors, and what the differences leave out. */
function ignoredIn(name: string, captured: Golden): ReadonlySet<string> {
  const isError = meant(captured).status >= 400;
  return new Set([
    ...differencesOf(name).flatMap((difference) => difference.omit ?? []),
    ...(isError ? ["error", "message"] : []),
    // `GET /v1` says its status within, so it is the status that is compared.
    ...(name === "v2-partner-accounts-create" ? ["1"] : []),
  ]);
}

/** Spans that the peer shows a second time are not looked at. */
function isDuplicateSpan(path: readonly string[]): boolean {
  const at = path.indexOf("children");
  return at !== -1;
}

function withStatus(captured: Golden, status: number): Golden {
  const { body } = captured.response;
  const inner = isJsonObject(body) && typeof body["status"] === "number" ? { ...body, status } : body;
  return { ...captured, response: { ...captured.response, status, body: inner } };
}

function withBody(captured: Golden, body: JsonValue): Golden {
  return { ...captured, response: { ...captured.response, body } };
}

function leavesOf(value: JsonValue, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  const entries = Object.entries(value);
  return entries.length === 0 ? [path] : entries.flatMap(([key, item]) => leavesOf(item, [...path, key]));
}

function replaced(value: JsonValue, path: readonly string[], by: JsonValue): JsonValue {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === key ? replaced(item, rest, by) : item));
  return isJsonObject(value) ? { ...value, [key]: replaced(value[key] ?? null, rest, by) } : by;
}

describe("the list of differences", () => {
  it("is in the document, each with its paragraph, and names captures that there are", () => {
    const text = readFileSync(new URL("../../../../docs/compatibility-api.md", import.meta.url), "utf8");
    const titles = new Set(differences.map(({ title }) => title));
    expect([...titles].filter((title) => !text.includes(`**${title}.**`))).toEqual([]);
    const known = new Set(names);
    expect(differences.flatMap(({ captures }) => captures).filter((name) => !known.has(name))).toEqual([]);
  });
});

describe("a server with keys", () => {
  let keyed: OpenServer;
  beforeAll(async () => {
    keyed = await openServer({
      access: { kind: "keyed", eventKeys: ["ek1", "ek2"], signingKey: "12345678", fallbackKey: null },
    });
  });
  afterAll(() => keyed.close());

  it.each(captureNames("start-").filter((name) => !name.includes("-noauth") && name !== "start-dev-auth"))(
    "answers %s as it was",
    async (name) => {
      const captured = golden(name);
      const ours = await replay(keyed.app, captured, new Map());
      const shape = ({ status, body }: Answer): JsonValue => {
        const bare = withoutWords({ status, body: normalise(omit(body, new Set(["ids", "data"]))) }).body;
        const keys = (isJsonObject(body) && Array.isArray(body["data"]) ? body["data"] : []).flatMap((item) =>
          isJsonObject(item) ? (item["key"] ?? []) : [],
        );
        return { status, body: typeof bare === "string" || status === 401 ? null : bare, keys };
      };
      expect(shape(ours)).toEqual(shape(meant(captured)));
    },
  );

  // What the peer leaves open to everybody and this server does not (design: closed by default outside loopback).
  const closedHere = ["start-invoke-noauth", "start-metrics-noauth"];
  it.each(captureNames("start-").filter((name) => name.includes("-noauth")))("asks for a key in %s", async (name) => {
    const captured = golden(name);
    const ours = await replay(keyed.app, captured, new Map());
    expect(ours.status).toBe(401);
    if (!closedHere.includes(name)) expect(captured.response.status).toBe(401);
  });

  it("shows no dev server to those who have the key", async () => {
    const ours = await replay(keyed.app, golden("start-dev-auth"), new Map());
    expect(ours).toMatchObject({ status: 404, body: { status: 404 } satisfies JsonObject });
  });
});
