import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { readConfig, type ConfigSources } from "./read-config.ts";

let cwd = "";

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "stepwright-config-"));
});

function sources(
  o: Partial<Omit<ConfigSources, "flags">> & { readonly flags?: Readonly<Record<string, unknown>> } = {},
): ConfigSources {
  const flags = new Map(Object.entries(o.flags ?? {})) as unknown as ConfigSources["flags"];
  return { command: "dev", env: {}, configFile: null, cwd, ...o, flags };
}

const keys = { eventKey: ["ek"], signingKey: "ab12" };

describe("the configuration", () => {
  it("has defaults for development and for production", () => {
    const dev = readConfig(sources());
    expect(dev).toMatchObject({
      command: "dev",
      port: 8288,
      host: null,
      synchronous: "normal",
      pollInterval: 5,
      noDiscovery: false,
      dataDir: join(cwd, ".stepwright"),
    });
    const start = readConfig(sources({ command: "start", flags: keys }));
    expect(start).toMatchObject({
      command: "start",
      host: "0.0.0.0",
      synchronous: "full",
      pollInterval: 0,
      noDiscovery: true,
    });
    expect(Object.isFrozen(start)).toBe(true);
  });

  it("takes a flag before the environment before the file before the default", () => {
    writeFileSync(join(cwd, "stepwright.json"), JSON.stringify({ port: 1, "log-level": "warn", "call-timeout": 9 }));
    const env = { STEPWRIGHT_PORT: "2", INNGEST_PORT: "4", STEPWRIGHT_LOG_LEVEL: "error" };
    expect(readConfig(sources({ flags: { port: "3" }, env }))).toMatchObject({
      port: 3,
      logLevel: "error",
      callTimeout: 9,
      bodyLimit: 33_554_432,
    });
    expect(readConfig(sources({ env })).port).toBe(2);
    expect(readConfig(sources()).port).toBe(1);
  });

  it("keeps everything in memory and for good on a virtual clock, whatever files and the environment say", () => {
    writeFileSync(join(cwd, "stepwright.json"), JSON.stringify({ "data-dir": "./data", "retain-failed": "1d" }));
    const env = { STEPWRIGHT_SYNCHRONOUS: "full", STEPWRIGHT_POLL_INTERVAL: "7" };
    const flags = { virtualClock: true, clockStart: "2026-01-31T09:00:00Z", noDiscovery: true };
    expect(readConfig(sources({ flags, env }))).toMatchObject({
      virtualClock: true,
      clockStart: Date.UTC(2026, 0, 31, 9),
      memory: true,
      synchronous: "normal",
      noDiscovery: true,
      pollInterval: 0,
      retainFailed: null,
      startupGrace: 0,
      callTimeout: 60,
    });
    expect(readConfig(sources({ flags: { ...flags, callTimeout: "9" } })).callTimeout).toBe(9);
    expect(readConfig(sources({ env: { STEPWRIGHT_VIRTUAL_CLOCK: "1" } }))).toMatchObject({ memory: true });
  });

  it.each([
    [
      { virtualClock: true, dataDir: "x" },
      /"data-dir".*does not go with --virtual-clock: everything is kept in memory/,
    ],
    [{ virtualClock: true, synchronous: "full" }, /"synchronous".*everything is kept in memory/],
    [{ virtualClock: true, pollInterval: "5" }, /"poll-interval".*apps are synced when they register/],
    [{ virtualClock: true, retainCompleted: "1d" }, /"retain-completed".*nothing is removed while tests run/],
    [{ virtualClock: true, clockStart: "yesterday" }, /"clock-start".*give a time such as/],
    [{ clockStart: "2026-01-31" }, /"clock-start".*give --virtual-clock as well/],
  ])("refuses %j", (flags, message) => {
    expect(() => readConfig(sources({ flags }))).toThrow(message);
  });

  it("keeps what is over for a duration, or for good", () => {
    const day = 86_400_000;
    expect(readConfig(sources())).toMatchObject({
      retainCompleted: 30 * day,
      retainFailed: 90 * day,
      retainCancelled: 30 * day,
      retainSkipped: 7 * day,
      retainEvents: 30 * day,
    });
    const flags = { retainCompleted: "1d12h", retainFailed: "forever", retainSkipped: "off" };
    expect(readConfig(sources({ flags, env: { STEPWRIGHT_RETAIN_EVENTS: "1m" } }))).toMatchObject({
      retainCompleted: 1.5 * day,
      retainFailed: null,
      retainSkipped: null,
      retainEvents: 60_000,
    });
    for (const wrong of ["30", "59s", "-3d", "soon", ""]) {
      expect(() => readConfig(sources({ flags: { retainCompleted: wrong } }))).toThrow(
        /"retain-completed".+give a duration of a minute or more such as "30d", or "forever"/,
      );
    }
  });

  it("reads the environment variables that users of the SDK have already", () => {
    const env = {
      INNGEST_EVENT_KEY: "one, two",
      INNGEST_SIGNING_KEY: "signkey-prod-ab12",
      INNGEST_SDK_URL: "http://a/api/inngest",
    };
    expect(readConfig(sources({ command: "start", env }))).toMatchObject({
      eventKey: ["one", "two"],
      signingKey: "ab12",
      appUrl: ["http://a/api/inngest"],
    });
  });

  it("leaves alone what only the other command reads", () => {
    expect(readConfig(sources({ env: { INNGEST_SIGNING_KEY: "not hex" } })).signingKey).toBeNull();
  });

  it("finds the file in a parent folder, and takes a folder in it relative to it", () => {
    const inner = join(cwd, "a", "b");
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(cwd, "stepwright.json"), `{"data-dir": "data"}`);
    expect(readConfig(sources({ cwd: inner })).dataDir).toBe(join(cwd, "data"));
    expect(readConfig(sources({ cwd: inner, flags: { dataDir: "data" } })).dataDir).toBe(join(inner, "data"));
  });

  it.each([
    [
      { flags: { port: "x" } },
      `setting "port" has the invalid value "x" (--port); give a whole number from 0 to 65535`,
    ],
    [
      { env: { STEPWRIGHT_SYNCHRONOUS: "maybe" } },
      `setting "synchronous" has the invalid value "maybe" (environment variable STEPWRIGHT_SYNCHRONOUS); use normal or full`,
    ],
    [
      { command: "start" as const, flags: { signingKey: "ab12" } },
      `setting "event-key" is required; give --event-key KEY or set INNGEST_EVENT_KEY; apps send events with it`,
    ],
    [
      { command: "start" as const, flags: { eventKey: ["a"] } },
      `setting "signing-key" is required; give --signing-key HEX or set INNGEST_SIGNING_KEY; make one with: openssl rand -hex 32`,
    ],
    [
      { flags: { appUrl: ["localhost:3000/api/inngest", ":::"] } },
      `setting "app-url" has the invalid value "["localhost:3000/api/inngest",":::"]" (--app-url); ":::" is not an http or https URL such as http://localhost:3000/api/inngest`,
    ],
    [{ flags: { appUrl: "ftp://a/api/inngest" } }, `"ftp://a/api/inngest" is not an http or https URL`],
    [{ configFile: "nowhere.json" }, /it cannot be read: ENOENT/],
  ])("refuses %j in a sentence", (o, message) => {
    expect(() => readConfig(sources(o))).toThrow(message);
  });

  it("does not repeat a key that is wrong", () => {
    const read = (): unknown => readConfig(sources({ command: "start", flags: { ...keys, signingKey: "secret" } }));
    expect(read).toThrow(/signing-key.*hexadecimal/);
    expect(read).not.toThrow(/secret/);
  });

  it("names an unknown key of the file and the one that was probably meant", () => {
    writeFileSync(join(cwd, "stepwright.json"), `{"prot": 1}`);
    expect(() => readConfig(sources())).toThrow(/unknown setting "prot" in .*stepwright\.json; did you mean "port"\?$/);
    writeFileSync(join(cwd, "stepwright.json"), `{"colour-of-the-page": 1}`);
    expect(() => readConfig(sources())).toThrow(/; `stepwright help dev` lists the settings, which have the names/);
  });
});
