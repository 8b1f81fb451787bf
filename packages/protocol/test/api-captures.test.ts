import { describe, expect, it } from "vitest";
import {
  isDeniedSdkVersion,
  parseEventIdSeed,
  parseEvents,
  parseFunctions,
  parseRegister,
  seededEventId,
} from "../src/index.ts";
import { apiFixtures, readFixture } from "./fixtures.ts";

interface ApiCapture {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  readonly response: { readonly status: number; readonly body: unknown };
}

function read(path: string): ApiCapture {
  return readFixture(path) as ApiCapture;
}

/** Text in a capture is the body itself, anything else is what the body's JSON said. */
function bodyText(body: unknown): string {
  if (body === undefined || body === null) return "";
  return typeof body === "string" ? body : JSON.stringify(body);
}

describe("the event API's captures", () => {
  const posts = apiFixtures("event-").filter((path) => {
    const { request, response } = read(path);
    return request.method === "POST" && request.path.startsWith("/e/") && [200, 400].includes(response.status);
  });

  it.each(posts)("%s is accepted or refused as the reference does", (path) => {
    const { request, response } = read(path);
    const parsed = parseEvents(bodyText(request.body));
    expect(parsed.kind).toBe(response.status === 200 ? "events" : "rejected");
    if (parsed.kind === "rejected") expect(parsed.error.status).toBe(400);
  });

  it.each(["captures-api/event-seed.json", "captures-api/event-seed-repeat.json"])(
    "%s has the ids we derive from its seed",
    (path) => {
      const { request, response } = read(path);
      const seed = parseEventIdSeed(request.headers["x-inngest-event-id-seed"]);
      expect(seed).not.toBeNull();
      if (seed === null) return;
      const { ids } = response.body as { readonly ids: readonly string[] };
      expect(ids.map((_, index) => seededEventId(seed, index + 1))).toEqual(ids);
    },
  );

  it("ignores the seed the reference ignores", () => {
    expect(
      parseEventIdSeed(read("captures-api/event-seed-invalid.json").request.headers["x-inngest-event-id-seed"]),
    ).toBeNull();
  });
});

describe("the captures of registering", () => {
  const posts = apiFixtures("fn-register-").filter((path) => {
    const { request, response } = read(path);
    // A wrong server kind shows in a header, which is not ours to read; bad expressions and crons need other packages.
    return request.method === "POST" && [200, 400].includes(response.status) && !/wrongkind|badcel|badcron/.test(path);
  });

  it.each(posts)("%s is accepted or refused as the reference does", (path) => {
    const { request, response } = read(path);
    const body = typeof request.body === "string" ? undefined : request.body;
    const parsed = parseRegister(body);
    const isAccepted =
      parsed.kind === "request" &&
      !isDeniedSdkVersion(parsed.request.sdk) &&
      parseFunctions(parsed.request.functions, { checkExpression: () => null, checkCron: () => null }).kind ===
        "functions";
    expect(isAccepted).toBe(response.status === 200);
  });
});
