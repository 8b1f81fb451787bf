import { describe, expect, it } from "vitest";
import { callUrl, isAppUrl, normalizeAppUrl } from "./app-url.ts";

describe("an app's URL", () => {
  it.each([
    ["http://localhost:3000/api/inngest", "http://localhost:3000/api/inngest"],
    ["http://127.0.0.1:3000/api/inngest", "http://localhost:3000/api/inngest"],
    ["http://0.0.0.0:3000/api", "http://localhost:3000/api"],
    ["http://[::1]:3000/api", "http://localhost:3000/api"],
    ["localhost:3000/api", "http://localhost:3000/api"],
    ["  https://example.com:443/api ", "https://example.com/api"],
    ["http://example.com:80", "http://example.com"],
    ["http://example.com/", "http://example.com/"],
    ["HTTPS://Example.com/Api?b=2&a=1", "https://example.com/Api?b=2&a=1"],
    ["https://example.com/api?fnId=x&stepId=y&deployId=z&keep=1", "https://example.com/api?keep=1"],
    ["https://example.com/api?deployId=z", "https://example.com/api"],
    ["ws://connect?app_name=app", "ws://connect?app_name=app"],
  ])("%s is compared as %s", (url, normal) => {
    const once = normalizeAppUrl(url);
    expect(once.replace("connect/?", "connect?")).toBe(normal);
    expect(normalizeAppUrl(once)).toBe(once);
  });

  it.each(["", "http://", "http://a b/", "http://host:99999/"])("%j is none", (url) => {
    expect(() => normalizeAppUrl(url)).toThrow(expect.objectContaining({ code: "APP_URL_INVALID", status: 400 }));
  });
});

it.each([
  ["localhost:3000/api/inngest", true],
  ["https://example.com/api/inngest", true],
  ["ftp://example.com/api/inngest", false],
  [":::", false],
])("calls can be sent to %s: %s", (url, can) => {
  expect(isAppUrl(url)).toBe(can);
});

describe("the URL of a call", () => {
  it("names the step, with parameters in alphabetical order", () => {
    expect(callUrl("http://localhost:3000/api?stepId=step&fnId=app-a&b=x%20y", "abc")).toBe(
      "http://localhost:3000/api?b=x+y&fnId=app-a&stepId=abc",
    );
    expect(callUrl("http://localhost:3000/api", "step")).toBe("http://localhost:3000/api?stepId=step");
  });

  it.each([
    ["http://a/x?stepId=step&zeta=stepId%3DSTEPID#stepId=STEPID", "b"],
    ["http://a/x&stepId=STEPID?other=1", "b"],
    ["http://a/x?a=%26stepId%3DSTEPID", "b c&d=é/?+*~"],
    ["http://a/x?stepId=1&stepId=2", ""],
  ])("of %s to step %j is what setting and sorting the parameters gives", (registered, stepId) => {
    const url = new URL(registered);
    url.searchParams.set("stepId", stepId);
    url.searchParams.sort();
    for (let time = 0; time < 2; time += 1) expect(callUrl(registered, stepId)).toBe(url.href);
  });
});
