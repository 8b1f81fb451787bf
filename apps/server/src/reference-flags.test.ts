// Every flag and variable of the server that this one replaces, one by one: what it does here, or why it does nothing.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readCommandLine } from "./command-line.ts";
import type { Command, SettingKey } from "./config.ts";
import { ignoredSettings } from "./ignored-settings.ts";
import { readConfig } from "./read-config.ts";

const cwd = mkdtempSync(join(tmpdir(), "stepwright-reference-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** What `start` does not start without. */
const keys = { signingKey: "12345678", eventKey: "ek1" };
const keysInEnv = { INNGEST_SIGNING_KEY: "12345678", INNGEST_EVENT_KEY: "ek1" };

/** The settings of a command line, an environment and a home, and what is said about them. */
function read(
  args: readonly string[],
  o: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
) {
  const line = readCommandLine(args);
  if (line.kind !== "serve") throw new Error(`${args.join(" ")} starts no server: ${JSON.stringify(line)}`);
  const { command, values, configFile } = line;
  const needed = command === "start" && o.env === undefined ? keys : {};
  const flags = new Map(Object.entries(needed) as [SettingKey, unknown][]);
  for (const [key, value] of values) flags.set(key, value);
  const notices = [...line.notices];
  const onNotice = (notice: string) => void notices.push(notice);
  const config = readConfig({ command, flags, env: o.env ?? {}, configFile, cwd: o.cwd ?? cwd, onNotice });
  return { config, notices };
}

type Fate = { readonly sets: SettingKey; readonly to: unknown };
const both: readonly Command[] = ["dev", "start"];

const flags: readonly (readonly [readonly Command[], string, Fate | "ignored"])[] = [
  [["dev"], "--no-discovery", { sets: "noDiscovery", to: true }],
  [["dev"], "--no-poll", { sets: "noPoll", to: true }],
  [["dev"], "--persist", "ignored"],
  [["start"], "--no-ui", { sets: "noUi", to: true }],
  [["start"], "--signing-key abcd", { sets: "signingKey", to: "abcd" }],
  [["start"], "--signing-key signkey-prod-abcd", { sets: "signingKey", to: "abcd" }],
  [["start"], "--event-key a,b", { sets: "eventKey", to: ["a", "b"] }],
  [["start"], "--event-key a --event-key b,c", { sets: "eventKey", to: ["a", "b", "c"] }],
  [both, "--sdk-url http://a/x", { sets: "appUrl", to: ["http://a/x"] }],
  [both, "-u http://a/x -u http://b/x,http://c/x", { sets: "appUrl", to: ["http://a/x", "http://b/x", "http://c/x"] }],
  [both, "--host 10.0.0.1", { sets: "host", to: "10.0.0.1" }],
  [both, "--port 9000", { sets: "port", to: 9000 }],
  [both, "-p 9000", { sets: "port", to: 9000 }],
  [both, "--poll-interval 7", { sets: "pollInterval", to: 7 }],
  [both, "--retry-interval 1", { sets: "retryInterval", to: 1 }],
  [both, `--sqlite-dir ${cwd}/x`, { sets: "dataDir", to: `${cwd}/x` }],
  [both, "--json", { sets: "json", to: true }],
  [both, "--verbose", { sets: "logLevel", to: "debug" }],
  [both, "--log-level warn", { sets: "logLevel", to: "warn" }],
  [both, "-l trace", { sets: "logLevel", to: "trace" }],
  [both, "--queue-workers 5", "ignored"],
  [both, "--tick 10", "ignored"],
  [both, "--connect-gateway-port 8289", "ignored"],
  [both, "--connect-gateway-grpc-ip 127.0.0.1", "ignored"],
  [both, "--connect-gateway-grpc-port 50052", "ignored"],
  [both, "--connect-executor-grpc-ip 127.0.0.1", "ignored"],
  [both, "--connect-executor-grpc-port 50053", "ignored"],
  [both, "--redis-uri redis://x", "ignored"],
  [both, "--postgres-uri postgres://x", "ignored"],
  [both, "--postgres-max-idle-conns 10", "ignored"],
  [both, "--postgres-max-open-conns 100", "ignored"],
  [both, "--postgres-conn-max-idle-time 5", "ignored"],
  [both, "--postgres-conn-max-lifetime 30", "ignored"],
  [both, "--debug-api-port 7777", "ignored"],
  [both, "--system-trace-endpoint x", "ignored"],
  [both, "--system-trace-url-path /x", "ignored"],
];
const perCommand = flags.flatMap(([commands, written, fate]) =>
  commands.map((command) => [command, written, fate] as const),
);

describe("the flags of the server that this one replaces", () => {
  it.each(perCommand)("%s %s", (command, written, fate) => {
    const { config, notices } = read([command, ...written.split(" ")]);
    const [flag = ""] = written.split(" ");
    if (fate === "ignored") {
      expect(notices).toEqual([expect.stringMatching(new RegExp(`^${flag} has no effect: .+\\.$`))]);
    } else {
      expect(config[fate.sets]).toEqual(fate.to);
      expect(notices).toEqual([]);
    }
  });

  it.each(perCommand.filter(([, written]) => /^--\S+( \S+)?$/.test(written)))(
    "%s %s as INNGEST_…",
    (command, written, fate) => {
      const [flag = "", value = "true"] = written.split(" ");
      const name = `INNGEST_${flag.slice(2).toUpperCase().replaceAll("-", "_")}`;
      const { config, notices } = read([command], { env: { ...keysInEnv, [name]: value } });
      if (fate === "ignored") {
        expect(notices).toEqual([expect.stringMatching(new RegExp(`^${name} has no effect: .+\\.$`))]);
      } else {
        expect(config[fate.sets]).toEqual(fate.to);
        expect(notices).toEqual([]);
      }
    },
  );

  it("are all there: what is ignored has a row above", () => {
    const rows = flags.flatMap(([, written, fate]) => (fate === "ignored" ? [written.split(" ")[0]] : []));
    // One more, which only newer releases of that server have.
    const told = new Set([...rows, "--connect-gateway-host"]);
    expect(new Set(ignoredSettings.map(({ name }) => `--${name}`))).toEqual(told);
  });

  it("say which value is missing", () => {
    expect(readCommandLine(["dev", "--tick"])).toMatchObject({
      message: expect.stringMatching(/^--tick needs a value/),
    });
  });

  it("may stand in front of the command, as far as they are about the log", () => {
    expect(read(["--json", "--verbose", "dev", "-p", "1"]).config).toMatchObject({
      json: true,
      logLevel: "debug",
      port: 1,
    });
    expect(read(["-l", "error", "dev"]).config.logLevel).toBe("error");
    expect(read(["--log-level=warn", "dev"]).config.logLevel).toBe("warn");
    expect(read(["--log-level", "warn", "dev", "-l", "info"]).config.logLevel).toBe("info");
    expect(readCommandLine(["--json"])).toEqual({ kind: "help", command: null });
  });

  it("tell the version and the help behind a command, too", () => {
    expect(readCommandLine(["dev", "--version"])).toEqual({ kind: "version" });
    expect(readCommandLine(["start", "-v"])).toEqual({ kind: "version" });
    expect(readCommandLine(["start", "-h"])).toEqual({ kind: "help", command: "start" });
  });
});

describe("the level of the log", () => {
  it.each([
    [{ LOG_LEVEL: "error" }, ["--log-level", "debug"], "error"],
    [{ LOG_LEVEL: "WARNING" }, ["--verbose"], "warn"],
    [{ INNGEST_LOG_LEVEL: "debug" }, [], "debug"],
    [{ INNGEST_LOG_LEVEL: "debug" }, ["-l", "warn"], "warn"],
    [{ INNGEST_VERBOSE: "1" }, [], "debug"],
    [{}, ["--verbose", "-l", "warn"], "warn"],
    [{}, [], "info"],
  ])("with %j and %j is %s: LOG_LEVEL, then the flag, then --verbose", (env, args, level) => {
    expect(read(["dev", ...args], { env }).config.logLevel).toBe(level);
  });

  it("does not stop a start with a word of another program in LOG_LEVEL", () => {
    const { config, notices } = read(["dev"], { env: { LOG_LEVEL: "chatty" } });
    expect(config.logLevel).toBe("info");
    expect(notices).toEqual(["LOG_LEVEL=chatty has no effect: it is none of trace, debug, info, warn, error, silent."]);
  });
});

describe("other variables of that server", () => {
  it.each([
    "INNGEST_FEATURE_FLAGS",
    "EXPERIMENTAL_STEP_METADATA",
    "EXPERIMENTAL_ASYNC_DISPATCH_VALIDATION",
    "EXPERIMENTAL_KEY_QUEUES_ENABLE",
  ])("%s is told to have no effect", (name) => {
    const { notices } = read(["dev"], { env: { [name]: "true", DO_NOT_TRACK: "1", DEBUG: "1", PORT: "3000" } });
    expect(notices).toEqual([expect.stringMatching(new RegExp(`^${name} has no effect`))]);
  });
});

describe("the file", () => {
  const folder = (name: string, files: Readonly<Record<string, string>>): string => {
    for (const [file, text] of Object.entries(files)) {
      const path = join(cwd, name, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    return join(cwd, name);
  };

  it.each([
    [
      "inngest.json",
      `{"sdk-url":["http://a/x"],"event-key":["k1","k2"],"poll-interval":10,"no-discovery":true,"sqlite-dir":"d"}`,
    ],
    [
      "inngest.yaml",
      `# comment\n---\nsdk-url: [http://a/x]\nevent-key:\n  - k1 # one\n  - "k2"\npoll-interval: 10\nno-discovery: true\nsqlite-dir: 'd'\n`,
    ],
    [
      "inngest.yml",
      `sdk-url: http://a/x\nevent-key: [ 'k1', "k2" ]\npoll-interval: "10"\nno-discovery: true\nsqlite-dir: d`,
    ],
  ])("%s is taken, and the folder in it is one of where the command runs", (name, text) => {
    const at = folder(`found-${name}`, { [name]: text, "deep/er/x": "" });
    const { config, notices } = read(["dev"], { cwd: join(at, "deep/er") });
    expect(config).toMatchObject({
      appUrl: ["http://a/x"],
      pollInterval: 10,
      noDiscovery: true,
      dataDir: join(at, "deep/er/d"),
    });
    expect(notices).toEqual([`Settings are read from ${join(at, name)}.`]);
    const { eventKey } = readConfig({
      command: "start",
      flags: new Map([["signingKey", "abcd"]]),
      env: {},
      configFile: null,
      cwd: at,
    });
    expect(eventKey).toEqual(["k1", "k2"]);
  });

  it("of ours comes first in a folder, the nearest folder before that, and the home last", () => {
    const at = folder("order", {
      "stepwright.yaml": "port: 1",
      "inngest.json": `{"port":2}`,
      "near/inngest.json": `{"port":3}`,
      "home/.config/inngest/inngest.yml": "port: 4",
      "home/.config/stepwright/stepwright.json": `{"port":5}`,
    });
    const portAt = (place: string, env = {}) => read(["dev"], { cwd: join(at, place), env }).config.port;
    expect(portAt(".")).toBe(1);
    expect(portAt("near")).toBe(3);
    expect(portAt("near", { HOME: join(at, "home") })).toBe(3);
    const elsewhere = mkdtempSync(join(tmpdir(), "stepwright-elsewhere-"));
    const inHome = (home: string) => read(["dev"], { cwd: elsewhere, env: { HOME: home } }).config.port;
    expect(inHome(join(at, "home"))).toBe(5);
    rmSync(join(at, "home/.config/stepwright"), { recursive: true });
    expect(inHome(join(at, "home"))).toBe(4);
    expect(inHome(elsewhere)).toBe(8288);
    rmSync(elsewhere, { recursive: true });
  });

  it("is named by --config, then by INNGEST_CONFIG, and one that is named must be readable", () => {
    const at = folder("named", { "a.yaml": "port: 1", "b.json": `{"port":2}`, "bad.yml": "port:\n  deep: 1" });
    expect(read(["dev", "--config", "a.yaml"], { cwd: at, env: { INNGEST_CONFIG: "b.json" } }).config.port).toBe(1);
    expect(read(["dev"], { cwd: at, env: { INNGEST_CONFIG: "b.json" } }).config.port).toBe(2);
    expect(() => read(["dev"], { cwd: at, env: { INNGEST_CONFIG: "none.json" } })).toThrow(
      /none\.json.*cannot be read/,
    );
    expect(() => read(["dev", "--config", "bad.yml"], { cwd: at })).toThrow(
      /bad\.yml.*line 2 \("deep: 1"\) is more than a key with a plain value/,
    );
  });

  it("that is broken, or has keys that mean nothing here, is only told of when it may be another program's", () => {
    const broken = folder("broken", { "inngest.json": "{" });
    const { config, notices } = read(["dev"], { cwd: broken });
    expect(config.port).toBe(8288);
    expect(notices).toEqual([expect.stringMatching(/inngest\.json has no effect: .*cannot be read/)]);
    const keys = folder("keys", { "inngest.yaml": "tick: 10\nport: 1\nflavour: mint" });
    const path = join(keys, "inngest.yaml");
    expect(read(["dev"], { cwd: keys })).toMatchObject({
      config: { port: 1 },
      notices: [
        `Settings are read from ${path}.`,
        `"tick" in ${path} has no effect: the queue is not polled.`,
        `"flavour" in ${path} has no effect: there is no such setting.`,
      ],
    });
    expect(() => read(["dev"], { cwd: folder("ours", { "stepwright.yaml": "flavour: mint" }) })).toThrow(/flavour/);
    expect(read(["dev"], { cwd: folder("ours", { "stepwright.yaml": "tick: 10" }) }).notices).toHaveLength(1);
  });
});
