import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contentTypeOf, type Asset, type Assets } from "../src/index.ts";
import { openServer, type OpenServer } from "./open-server.ts";

function asset(path: string, text: string, encodings: Asset["encodings"] = {}): [string, Asset] {
  return [path, { body: Buffer.from(text), contentType: contentTypeOf(path), encodings }];
}

const files = new Map([
  asset("index.html", "<!doctype html><title>Page</title>"),
  asset("assets/app-1a2b3c4d.js", "plain", { br: Buffer.from("as br"), gzip: Buffer.from("as gzip") }),
  asset("favicon.svg", "<svg/>"),
]);
const assets: Assets = { read: (path) => files.get(path) ?? null };

let server: OpenServer;
const get = (url: string, headers: Record<string, string> = {}) =>
  server.app.inject({ url, headers: { host: "localhost", accept: "text/html", ...headers } });

beforeAll(async () => {
  server = await openServer({ assets });
});

afterAll(() => server.close());

describe("the dashboard's files", () => {
  it.each(["/", "/runs", "/runs/01M854TGA40XKG4S13RJQ5G3J0?step=a", "/index.html"])(
    "answers %s with the page, checked each time",
    async (url) => {
      const response = await get(url);
      expect([response.statusCode, response.body]).toEqual([200, "<!doctype html><title>Page</title>"]);
      expect(response.headers).toMatchObject({
        "cache-control": "no-cache",
        "content-type": "text/html; charset=utf-8",
        "x-content-type-options": "nosniff",
      });
      expect(response.headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self'");
      const again = await get(url, { "if-none-match": String(response.headers["etag"]) });
      expect([again.statusCode, again.body]).toEqual([304, ""]);
    },
  );

  it("keeps files named by their content for good, in the smallest form the browser takes", async () => {
    const forms = await Promise.all(
      ["gzip, deflate, br", "gzip", "identity"].map((encoding) =>
        get("/assets/app-1a2b3c4d.js", { "accept-encoding": encoding }),
      ),
    );
    expect(forms.map(({ body, headers }) => [body, headers["content-encoding"]])).toEqual([
      ["as br", "br"],
      ["as gzip", "gzip"],
      ["plain", undefined],
    ]);
    expect(forms[0]?.headers).toMatchObject({
      "cache-control": "public, max-age=31536000, immutable",
      "content-type": "text/javascript; charset=utf-8",
      vary: "Accept-Encoding",
    });
    expect((await get("/favicon.svg")).headers["cache-control"]).toBe("no-cache");
  });

  it("does not answer a missing file or data with the page", async () => {
    for (const url of ["/assets/gone-00000000.js", "/nothing.png", "/../package.json"])
      expect((await get(url)).statusCode).toBe(404);
    const data = await get("/runs", { accept: "application/json" });
    expect(data.json()).toMatchObject({ status: 404, code: "PATH_NOT_FOUND" });
  });

  it("says in a sentence that a build has no dashboard", async () => {
    const bare = await openServer();
    const response = await bare.app.inject({ url: "/", headers: { host: "localhost", accept: "text/html" } });
    expect(response.statusCode).toBe(200);
    expect(response.body).toContain("It has no dashboard");
    await bare.close();
  });
});
