import { describe, expect, it } from "vitest";
import {
  isDeniedSdkVersion,
  parseInBandSync,
  parseRegister,
  registerChecksum,
  type ParsedRegister,
  type RegisterRequest,
} from "./register.ts";

const wire = {
  url: "http://127.0.0.1:3000/api/inngest",
  appName: "app",
  sdk: "js:v4.24.0",
  framework: "nodejs",
  v: "0.1",
  capabilities: { trust_probe: "v1" },
  functions: [{ id: "app-a" }],
};

function requestOf(parsed: ParsedRegister): RegisterRequest {
  if (parsed.kind === "rejected") throw parsed.error;
  return parsed.request;
}

describe("a register request", () => {
  it("is read whatever the case of its names: the Python SDK writes `appname`", () => {
    const { appName, ...rest } = wire;
    expect(requestOf(parseRegister({ ...rest, appname: appName }))).toEqual(requestOf(parseRegister(wire)));
    expect(requestOf(parseRegister({ ...wire, appname: "other" })).appName).toBe("app");
  });

  it("is read with its URL in the one form", () => {
    expect(parseRegister({ ...wire, deployId: "", appVersion: "7", headers: {} })).toEqual({
      kind: "request",
      request: {
        appName: "app",
        url: "http://localhost:3000/api/inngest",
        sdk: "js:v4.24.0",
        framework: "nodejs",
        platform: null,
        appVersion: "7",
        deployId: null,
        capabilities: { trust_probe: "v1" },
        functions: [{ id: "app-a" }],
      },
    });
  });

  it("names the environment in a header, or in its body when it is an answer", () => {
    expect(requestOf(parseRegister(wire, { env: "branch/one" }))).toMatchObject({ env: "branch/one" });
    expect(requestOf(parseRegister(wire, { env: "" }))).not.toHaveProperty("env");
    const inBand = parseInBandSync({ app_id: "app", url: wire.url, env: "branch/one" });
    expect(requestOf(inBand)).toMatchObject({ env: "branch/one" });
    expect(registerChecksum(requestOf(parseRegister(wire, { env: "a" })))).not.toBe(
      registerChecksum(requestOf(parseRegister(wire))),
    );
  });

  it("may come without functions", () => {
    expect(parseRegister({ url: wire.url, appName: "app" })).toMatchObject({
      kind: "request",
      request: { functions: [], sdk: "", capabilities: {} },
    });
    expect(parseRegister({ ...wire, functions: null })).toMatchObject({ kind: "request", request: { functions: [] } });
  });

  it.each([
    [undefined, "REGISTER_INVALID"],
    ["text", "REGISTER_INVALID"],
    [{ ...wire, url: undefined }, "REGISTER_INVALID"],
    [{ ...wire, functions: {} }, "REGISTER_INVALID"],
    [{ ...wire, appName: "" }, "APP_NAME_MISSING"],
    [{ ...wire, appName: undefined }, "APP_NAME_MISSING"],
    [{ ...wire, url: "http://" }, "APP_URL_INVALID"],
  ])("is refused: %j with %s", (body, code) => {
    expect(parseRegister(body)).toMatchObject({ kind: "rejected", error: { code, status: 400 } });
  });
});

describe("the checksum of a registration", () => {
  const base = registerChecksum(requestOf(parseRegister(wire)));

  it("does not change with the order of keys or what the SDK observed", () => {
    const reordered = Object.fromEntries(Object.entries(wire).reverse());
    expect(registerChecksum(requestOf(parseRegister({ ...reordered, featureObservations: { a: Math.PI } })))).toBe(
      base,
    );
  });

  it.each([
    { functions: [] },
    { sdk: "js:v4.25.0" },
    { url: "http://localhost:3001/api/inngest" },
    { appVersion: "2" },
  ])("changes with %j", (change) => {
    expect(registerChecksum(requestOf(parseRegister({ ...wire, ...change })))).not.toBe(base);
  });
});

describe("an in-band sync answer", () => {
  it("is the same registration", () => {
    const { appName, v: _, ...rest } = wire;
    expect(
      parseInBandSync({
        ...rest,
        app_id: appName,
        sdk_author: "inngest",
        sdk_language: "js",
        sdk_version: "v4.24.0",
        inspection: {},
        env: null,
      }),
    ).toEqual(parseRegister(wire));
  });

  it("may name its SDK in two parts", () => {
    expect(parseInBandSync({ app_id: "a", url: wire.url, sdk_language: "py", sdk_version: "v0.5.0" })).toMatchObject({
      request: { sdk: "py:v0.5.0" },
    });
  });

  it("is refused without an app", () => {
    expect(parseInBandSync({ url: wire.url })).toMatchObject({ kind: "rejected", error: { code: "REGISTER_INVALID" } });
    expect(parseInBandSync({ url: wire.url, app_id: "" })).toMatchObject({
      kind: "rejected",
      error: { code: "APP_NAME_MISSING" },
    });
  });
});

describe("SDK versions with the known vulnerability", () => {
  it.each(["js:v3.22.0", "js:v3.53.1", "js:3.30.12", "inngest-js:v3.40.0"])("include %s", (sdk) => {
    expect(isDeniedSdkVersion(sdk)).toBe(true);
  });

  it.each(["js:v3.21.9", "js:v3.53.2", "js:v3.54.0", "js:v4.24.0", "js:v2.30.0", "py:v3.30.0", "go:v0.16.0", ""])(
    "do not include %j",
    (sdk) => {
      expect(isDeniedSdkVersion(sdk)).toBe(false);
    },
  );
});
