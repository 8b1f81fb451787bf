import type { ApiApp, JsonObject } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { type AppFacts, findInApp } from "./app-findings.ts";
import type { AppLook } from "./app-look.ts";

const url = "http://localhost:3000/api/inngest";
const dev = { url: "http://localhost:8288", mode: "dev" } as const;
const start = { url: "https://stepwright.example.com", mode: "start" } as const;
const at = Date.UTC(2026, 10, 26, 12);

type Answer = Extract<AppLook, { kind: "answer" }>;
const answer = (body: JsonObject | null, more: Partial<Answer> = {}): Answer => ({
  kind: "answer",
  status: 200,
  sdk: null,
  body,
  location: null,
  clockAheadMs: 0,
  ...more,
});
const introspection = (more: JsonObject = {}): JsonObject => ({
  function_count: 2,
  mode: "dev",
  has_signing_key: false,
  ...more,
});
const inDev = answer(introspection(), { sdk: "inngest-js:v4.24.0" });
const guarded = answer({ message: "Unauthorized" }, { status: 401 });
const keyless = answer({ code: "internal_server_error" }, { status: 500 });
const signedBody = { mode: "cloud", has_signing_key: true, authentication_succeeded: true, api_origin: start.url };
const signed = answer(introspection(signedBody), { sdk: "inngest-js:v4.24.0" });

const app = (more: Partial<ApiApp> = {}): ApiApp => ({
  id: "id",
  name: "shop",
  url,
  status: "synced",
  sdk: "js:v4.24.0",
  framework: null,
  appVersion: null,
  env: null,
  problem: null,
  syncedAt: at,
  triedAt: at,
  pausedAt: null,
  functionCount: 2,
  ...more,
});
const failing = (code: string, message = "no", httpStatus: number | null = null): ApiApp =>
  app({ status: "failed", problem: { code, message, httpStatus, bodyExcerpt: null } });

const facts = (more: Partial<AppFacts>): AppFacts => ({
  url,
  look: inDev,
  signedLook: null,
  foundAt: null,
  server: dev,
  app: null,
  ...more,
});
const unreachable = (reason: Extract<AppLook, { kind: "unreachable" }>["reason"], message = "X"): AppLook => ({
  kind: "unreachable",
  reason,
  message,
});

describe("what the doctor finds in an app", () => {
  it.each<readonly [string, Partial<AppFacts>, string, RegExp, RegExp]>([
    [
      "nobody listens",
      { look: unreachable("refused") },
      "APP_NOT_RUNNING",
      /^nothing listens at localhost:3000$/,
      /^Start the app/,
    ],
    [
      "an unknown host",
      { look: unreachable("unknownHost") },
      "APP_HOST_UNKNOWN",
      /^the host localhost has no address here$/,
      /apps sync URL/,
    ],
    [
      "silence",
      { look: unreachable("silent", "no answer within 15 s") },
      "APP_SILENT",
      /does not answer: no answer within 15 s$/,
      /See what the app/,
    ],
    [
      "a bad certificate",
      { url: "https://a.dev/x", look: unreachable("insecure", "CERT_HAS_EXPIRED") },
      "APP_TLS",
      /https:\/\/a\.dev\/x: CERT_HAS_EXPIRED$/,
      /apps sync http:\/\/a\.dev\/x$/,
    ],
    [
      "a broken connection",
      { look: unreachable("broken", "UND_ERR_SOCKET") },
      "APP_CONNECTION_BROKEN",
      /breaks: UND_ERR_SOCKET$/,
      /speaks http on that port/,
    ],
    [
      "a redirect",
      { look: answer(null, { status: 308, location: "/x/inngest" }) },
      "APP_REDIRECT",
      /HTTP 308\) to http:\/\/localhost:3000\/x\/inngest$/,
      /^stepwright apps sync http:\/\/localhost:3000\/x\/inngest$/,
    ],
    [
      "another path",
      { look: answer(null, { status: 404 }), foundAt: "http://localhost:3000/x/inngest" },
      "APP_WRONG_PATH",
      /answers HTTP 404 and serves no functions; http:\/\/localhost:3000\/x\/inngest does$/,
      /^stepwright apps sync http:\/\/localhost:3000\/x\/inngest$/,
    ],
    [
      "no serve endpoint",
      { look: answer(null, { status: 404 }) },
      "APP_NOT_SERVING",
      /answers HTTP 404, and not as an Inngest SDK does$/,
      /serve\(\)/,
    ],
    ["a page", { look: answer(null) }, "APP_NOT_SERVING", /answers HTTP 200/, /serve\(\)/],
    [
      "a broken app",
      { look: answer(null, { status: 500 }) },
      "APP_BROKEN",
      /HTTP 500 before an Inngest SDK could$/,
      /logged$/,
    ],
    [
      "production without a key beside dev",
      { look: keyless },
      "APP_MODE",
      /runs in production mode and refuses calls without a signature, and the server was started with "stepwright dev"$/,
      /^In the app: INNGEST_DEV=1$/,
    ],
    ["production beside dev", { look: guarded }, "APP_MODE", /production mode/, /INNGEST_DEV=1$/],
    [
      "production beside dev elsewhere",
      { look: guarded, server: { ...dev, url: "http://localhost:9000" } },
      "APP_MODE",
      /production mode/,
      /INNGEST_DEV=http:\/\/localhost:9000$/,
    ],
    [
      "development beside start",
      { server: start },
      "APP_MODE",
      /runs in development mode, and the server was started with "stepwright start"$/,
      /INNGEST_DEV=0, INNGEST_BASE_URL=https:\/\/stepwright\.example\.com, and INNGEST_SIGNING_KEY/,
    ],
    [
      "production without a key",
      { server: start, look: keyless },
      "APP_KEY_MISSING",
      /has no signing key$/,
      /INNGEST_SIGNING_KEY/,
    ],
    [
      "Python without a key",
      { server: start, look: answer(introspection({ mode: "cloud" })) },
      "APP_KEY_MISSING",
      /has no signing key$/,
      /INNGEST_SIGNING_KEY/,
    ],
    [
      "another key",
      { server: start, look: guarded, signedLook: guarded },
      "APP_KEY_DIFFERS",
      /another signing key than the server, or none$/,
      /INNGEST_SIGNING_KEY/,
    ],
    [
      "another key, told politely",
      {
        server: start,
        look: answer(introspection({ mode: "cloud", has_signing_key: true })),
        signedLook: answer(introspection({ mode: "cloud", has_signing_key: true, authentication_succeeded: false })),
      },
      "APP_KEY_DIFFERS",
      /another signing key/,
      /INNGEST_SIGNING_KEY/,
    ],
    [
      "a clock that is ahead",
      { server: start, look: guarded, signedLook: { ...guarded, clockAheadMs: 3_600_000 } },
      "APP_CLOCK",
      /is 1 h ahead of this machine's, so it refuses every signature$/,
      /chrony.*5 minutes$/,
    ],
    [
      "a clock that is behind",
      { server: start, look: guarded, signedLook: { ...guarded, clockAheadMs: -600_000 } },
      "APP_CLOCK",
      /is 10 min behind this machine's/,
      /chrony/,
    ],
    [
      "no functions",
      { look: answer(introspection({ function_count: 0 })) },
      "APP_NO_FUNCTIONS",
      /serves no functions$/,
      /serve\(\)/,
    ],
    [
      "another server",
      {
        server: start,
        look: guarded,
        signedLook: answer(introspection({ ...signedBody, api_origin: "https://api.inngest.com" })),
      },
      "APP_OTHER_SERVER",
      /registers with https:\/\/api\.inngest\.com, and not with https:\/\/stepwright\.example\.com$/,
      /INNGEST_BASE_URL=https:\/\/stepwright\.example\.com$/,
    ],
    [
      "an app that nobody added",
      {},
      "APP_NOT_ADDED",
      /is well, and the server at http:\/\/localhost:8288 does not know it$/,
      /^stepwright apps sync http:\/\/localhost:3000\/api\/inngest$/,
    ],
    [
      "a paused app",
      { app: app({ pausedAt: at }) },
      "APP_PAUSED",
      /^the app shop has been paused since 2026-11-26T12:00:00Z/,
      /^stepwright apps resume shop$/,
    ],
    [
      "a configuration that is refused",
      { app: failing("config_invalid", "At least one\nfunction is invalid: order", 200) },
      "config_invalid",
      /^At least one function is invalid: order$/,
      /change the configuration that is named/,
    ],
    [
      "a registration elsewhere",
      { app: failing("APP_HTTP_STATUS", "it registered with another server", 200) },
      "APP_OTHER_SERVER",
      /registers with another server than http:\/\/localhost:8288$/,
      /INNGEST_DEV=http:\/\/localhost:8288 while developing/,
    ],
    [
      "a registration where nobody is",
      { app: failing("APP_HTTP_STATUS", "The app answered HTTP 500: Failed to register; fetch failed.", 500) },
      "APP_OTHER_SERVER",
      /registers with another server than http:\/\/localhost:8288$/,
      /INNGEST_DEV=http:\/\/localhost:8288 while developing/,
    ],
    [
      "an app that was synced and refuses its calls",
      { look: guarded, app: app() },
      "APP_MODE",
      /production mode and refuses calls/,
      /INNGEST_DEV=1$/,
    ],
    [
      "the refusal of another server that is passed on",
      { app: failing("APP_SIGNATURE", "refused", 401) },
      "APP_OTHER_SERVER",
      /registers with another server than http:\/\/localhost:8288$/,
      /INNGEST_DEV=http:\/\/localhost:8288/,
    ],
    [
      "an address of this machine alone",
      { app: failing("APP_UNREACHABLE") },
      "APP_WRONG_HOST",
      /^this machine reaches the app at .*, and the server does not reach it/,
      /INNGEST_SERVE_ORIGIN.*http:\/\/HOST:PORT\/api\/inngest .*host\.docker\.internal/,
    ],
    [
      "an address that it tells of itself",
      { app: { ...failing("APP_UNREACHABLE"), url: "http://shop.internal/api/inngest" } },
      "APP_WRONG_URL",
      /^the server knows the app shop at http:\/\/shop\.internal\/api\/inngest, and does not reach it there$/,
      /^stepwright apps sync http:\/\/localhost:3000\/api\/inngest; .*INNGEST_SERVE_ORIGIN=http:\/\/localhost:3000 in it$/,
    ],
    ["an old SDK", { app: failing("sdk_version_denied") }, "sdk_version_denied", /^no$/, /npm install inngest@latest/],
  ])("%s", (_what, more, code, says, fix) => {
    const [first, ...others] = findInApp(facts(more));
    expect(first).toEqual({ code, says: expect.stringMatching(says), fix: expect.stringMatching(fix) });
    expect(others).toEqual([]);
  });

  it("is nothing where all is well, also when only the server reaches the app", () => {
    expect(findInApp(facts({ app: app() }))).toEqual([]);
    expect(findInApp(facts({ app: app(), look: unreachable("silent") }))).toEqual([]);
    expect(findInApp(facts({ server: start, look: guarded, signedLook: signed, app: app() }))).toEqual([]);
  });

  it("is what the app shows of itself where no server can be asked", () => {
    expect(findInApp(facts({ server: null }))).toEqual([]);
    expect(findInApp(facts({ server: null, look: unreachable("refused") }))).toMatchObject([
      { code: "APP_NOT_RUNNING" },
    ]);
  });

  it("takes localhost by any name for the same server, and another port for another", () => {
    const registered = (origin: string) =>
      findInApp(facts({ look: answer(introspection({ api_origin: origin })), app: failing("X") })).map(
        ({ code }) => code,
      );
    expect(registered("http://127.0.0.1:8288/")).toEqual(["X"]);
    expect(registered("http://localhost:8289")).toEqual(["APP_OTHER_SERVER"]);
  });
});
