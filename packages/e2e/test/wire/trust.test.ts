// Between a server with keys and an app that knows nothing but the key: signatures by the formula, and the names in the headers.
import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { complete, type RawCall, serveRaw } from "../harness/raw-app.ts";
import { useServer } from "../harness/scope.ts";

const key = "0123456789abcdef";
const server = useServer({
  command: "start",
  args: ["--signing-key", `signkey-prod-${key}`, "--event-key", "evt", "--host", "127.0.0.1"],
  key,
  eventKey: "evt",
});

/** Checks a signature over the bytes as they came: the server sends what it has signed. */
function isSigned({ headers, text }: Pick<RawCall, "headers" | "text">): boolean {
  const [, at = "", mac = ""] = /^t=(\d+)&s=([0-9a-f]{64})$/u.exec(String(headers["x-inngest-signature"])) ?? [];
  const isRecent = Math.abs(Date.now() / 1000 - Number(at)) < 60;
  return isRecent && createHmac("sha256", key).update(text).update(at).digest("hex") === mac;
}

describe("a server with a key", () => {
  test("signs its syncs and calls, whatever is in the body", async () => {
    const app = await serveRaw(server, () => ({ body: [complete(1)] }));
    expect((await server.request("POST", "/api/apps", { body: { url: app.url } })).json).toMatchObject({
      status: "synced",
    });
    await app.runOnce({
      b: 2,
      a: "é€😀",
      n: [1.0, 10, 0.00001, 1e21],
      z: null,
      html: "<&>",
      "\ud83d\ude00": { 10: 1, 9: 2 },
    });
    const [sync] = app.syncs;
    const [call] = app.calls;
    expect(JSON.parse(sync?.text ?? "")).toEqual({ url: app.url });
    expect(sync?.headers).toMatchObject({ "content-type": "application/json", "x-inngest-server-kind": "cloud" });
    expect(call?.headers).not.toHaveProperty("x-inngest-server-kind");
    expect(call?.text).toContain('"data":{"a":"é€😀","b":2,"html":"<&>","n":[1,10,0.00001,1e+21],"z":null,');
    expect([sync, call].map((one) => one !== undefined && isSigned(one))).toEqual([true, true]);
  });

  test("takes the key, its hash, and both with any prefix, and nothing else", async () => {
    const hashed = createHash("sha256").update(Buffer.from(key, "hex")).digest("hex");
    const statusWith = async (authorization: string): Promise<number> =>
      (await server.request("GET", "/v1/events", { headers: { authorization } })).status;
    for (const token of [key, hashed, `signkey-test-${key}`, `signkey-prod-${hashed}`])
      expect([token, await statusWith(`Bearer ${token}`)]).toEqual([token, 200]);
    for (const token of [
      "undefined",
      "",
      "null",
      key.toUpperCase(),
      key.slice(1),
      createHash("sha256").update(key).digest("hex"),
    ])
      expect([token, await statusWith(`Bearer ${token}`)]).toEqual([token, 401]);
  });

  test("says what it is on every answer to an SDK, and refuses apps that want another kind", async () => {
    for (const [method, path] of [
      ["POST", "/fn/register"],
      ["POST", "/e/evt"],
      ["POST", "/e/wrong"],
      ["GET", "/v1/events"],
      ["POST", "/v1/signals"],
    ] as const) {
      const { headers } = await server.request(method, path, method === "POST" ? { body: "{}" } : {});
      expect([path, headers.get("x-inngest-server-kind")]).toEqual([path, "cloud"]);
    }
    const headers = { "x-inngest-expected-server-kind": "dev" };
    const refused = await server.request("POST", "/fn/register", { headers, body: { url: "http://a/", appName: "a" } });
    expect(refused).toMatchObject({
      status: 400,
      json: { status: 400, error: expect.stringContaining("Expected server kind cloud, got dev") },
    });
  });

  test("keeps what an app calls its environment", async () => {
    const app = await serveRaw(server, () => ({ body: [complete(1)] }), { headers: { "x-inngest-env": "branch/one" } });
    const { json } = await server.request("GET", "/api/apps");
    const { items } = json as { readonly items: readonly { readonly name: string; readonly env: string | null }[] };
    expect(items.find(({ name }) => name === app.id)).toMatchObject({ env: "branch/one" });
    const sent = await server.request("POST", "/e/evt", {
      headers: { "x-inngest-env": "other" },
      body: { name: app.event },
    });
    expect(sent.status).toBe(200);
  });
});

test("calls of a run are spans of one trace, each with a parent of its own", async () => {
  const app = await serveRaw(server, ({ body }) =>
    "a" in body.steps ? { body: [complete(1)] } : { body: [{ op: "StepRun", id: "a", data: 1 }] },
  );
  await app.runOnce();
  await app.runOnce();
  const traces = app.calls.map(({ headers }) =>
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/u.exec(String(headers["traceparent"])),
  );
  const [first, second, other] = traces;
  expect(first?.[1]).toBe(second?.[1]);
  expect(first?.[1]).not.toBe(other?.[1]);
  expect(new Set(traces.map((trace) => trace?.[2])).size).toBe(4);
});
