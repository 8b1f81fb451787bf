// Puts the settings together: flag, then environment, then file, then default. A wrong one is named with its source.
import { dirname, resolve } from "node:path";
import { configInvalid, configMissing, configUnknown } from "@stepwright/protocol";
import { type ConfigFile, readConfigFile } from "./config-file.ts";
import { configSchema, settings, type Command, type Config, type Setting, type SettingKey } from "./config.ts";
import { ignoredInEnvironment, ignoredNotice, ignoredSetting } from "./ignored-settings.ts";
import { nearest } from "./nearest.ts";
import { readLogLevel } from "./read-log-level.ts";

/** Where settings come from. */
export interface ConfigSources {
  readonly command: Command;
  readonly flags: ReadonlyMap<SettingKey, unknown>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The file named by `--config`; null looks for one from `cwd` upwards. */
  readonly configFile: string | null;
  readonly cwd: string;
  /** Hears, in a sentence each, of what was given and has no effect. */
  readonly onNotice?: (sentence: string) => void;
}

/** Reads all settings; throws CONFIG_INVALID, CONFIG_UNKNOWN or CONFIG_MISSING with a sentence. */
export function readConfig(sources: ConfigSources): Config {
  const { command, env, cwd, onNotice = () => {} } = sources;
  const named = sources.configFile ?? (env["STEPWRIGHT_CONFIG"] || env["INNGEST_CONFIG"] || null);
  const home = (env["HOME"] ?? env["USERPROFILE"]) || null;
  for (const notice of ignoredInEnvironment(env)) onNotice(notice);
  const file = readConfigFile({ named, cwd, home }, onNotice);
  if (file !== null) checkKeys(file, command, onNotice);
  const isVirtual = readVirtualClock(sources, file);
  const found = new Map(
    settings.map((setting) => [
      setting.key,
      isVirtual ? onVirtualClock(setting, sources, file) : valueOf(setting, sources, file),
    ]),
  );
  const parsed = configSchema.safeParse(Object.fromEntries([...found].map(([key, { value }]) => [key, value])));
  if (!parsed.success) throw invalid(parsed.error.issues[0], found);
  const { level, notice } = readLogLevel({
    variable: env["LOG_LEVEL"],
    level: parsed.data.logLevel,
    isLevelSet: found.get("logLevel")?.source !== sourceOfDefaults,
    isVerbose: parsed.data.verbose,
  });
  if (notice !== null) onNotice(notice);
  const config: Config = {
    ...parsed.data,
    logLevel: level,
    command,
    dataDir: resolveDataDir(parsed.data.dataDir, found, sources, file),
  };
  requireKeys(config);
  if (!isVirtual && sources.flags.has("clockStart")) {
    const value = asWritten(sources.flags.get("clockStart"));
    throw configInvalid({
      key: "clock-start",
      value,
      source: "--clock-start",
      allowed: "give --virtual-clock as well",
    });
  }
  return Object.freeze(config);
}

interface FoundValue {
  readonly value: unknown;
  readonly source: string;
}

const sourceOfDefaults = "default";

function valueOf(setting: Setting, { command, flags, env }: ConfigSources, file: ConfigFile | null): FoundValue {
  const fallback: FoundValue = { value: setting.defaults[command], source: sourceOfDefaults };
  // A file or environment shared by both commands may hold what only the other one reads.
  if (!setting.commands.includes(command)) return fallback;
  if (flags.has(setting.key)) return { value: flags.get(setting.key), source: `--${setting.name}` };
  const envName = setting.envNames.find((name) => env[name] !== undefined && env[name] !== "");
  if (envName !== undefined) return { value: env[envName], source: `environment variable ${envName}` };
  const key = [setting.name, ...(setting.aliases ?? [])].find((name) => file?.values[name] !== undefined);
  if (file !== null && key !== undefined) return { value: file.values[key], source: file.path };
  return fallback;
}

/** Tells whether time is to stand still, before anything else is read: other settings depend on it. */
function readVirtualClock(sources: ConfigSources, file: ConfigFile | null): boolean {
  const setting = settings.find(({ key }) => key === "virtualClock");
  if (setting === undefined) return false;
  // A value that is none is refused with all the others.
  return configSchema.shape.virtualClock.safeParse(valueOf(setting, sources, file).value).data === true;
}

/** A setting where time stands still. What is fixed there is passed over in files and the environment, which other servers may read, too. */
function onVirtualClock(setting: Setting, sources: ConfigSources, file: ConfigFile | null): FoundValue {
  const found = valueOf(setting, sources, file);
  const { onVirtualClock: meta } = setting;
  if (meta === undefined) return found;
  if (meta.kind === "default") return found.source === sourceOfDefaults ? { ...found, value: meta.value } : found;
  const given = sources.flags.get(setting.key);
  if (given !== undefined && asWritten(given) !== asWritten(meta.value)) {
    throw configInvalid({
      key: setting.name,
      value: asWritten(given),
      source: `--${setting.name}`,
      allowed: `it does not go with --virtual-clock: ${meta.reason}`,
    });
  }
  return { value: meta.value, source: sourceOfDefaults };
}

function invalid(
  issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined,
  found: ReadonlyMap<SettingKey, FoundValue>,
): Error {
  const setting = settings.find(({ key }) => key === issue?.path[0]);
  const { value, source } = (setting === undefined ? undefined : found.get(setting.key)) ?? { value: "", source: "" };
  // A key must not end up in a terminal's history or a log because it has a typing error.
  const isSecret = setting !== undefined && /Key(Fallback)?$/u.test(setting.key);
  return configInvalid({
    key: setting?.name ?? "",
    value: isSecret ? "…" : asWritten(value),
    source,
    allowed: issue?.message ?? "",
  });
}

/** A value as it stands on a command line. */
function asWritten(value: unknown): string {
  return JSON.stringify(value).replace(/^"|"$/g, "");
}

function requireKeys({ command, eventKey, signingKey }: Config): void {
  if (command !== "start") return;
  if (eventKey.length === 0) {
    throw configMissing({
      key: "event-key",
      allowed: "give --event-key KEY or set INNGEST_EVENT_KEY; apps send events with it",
    });
  }
  if (signingKey === null) {
    throw configMissing({
      key: "signing-key",
      allowed: "give --signing-key HEX or set INNGEST_SIGNING_KEY; make one with: openssl rand -hex 32",
    });
  }
}

/** A folder named in a file of ours is relative to the file, any other to where the command runs. */
function resolveDataDir(
  dataDir: string,
  found: ReadonlyMap<SettingKey, FoundValue>,
  { cwd }: ConfigSources,
  file: ConfigFile | null,
): string {
  const isFromFile = file !== null && !file.isForeign && found.get("dataDir")?.source === file.path;
  return resolve(isFromFile ? dirname(file.path) : cwd, dataDir);
}

/** Keys that nobody knows: in a file of ours they are mistakes, in one that may be another program's they are told. */
function checkKeys(
  { path, values, isForeign }: ConfigFile,
  command: Command,
  onNotice: (sentence: string) => void,
): void {
  const known = settings.flatMap((setting) => [setting.name, ...(setting.aliases ?? [])]);
  for (const key of Object.keys(values).filter((name) => name !== "$schema" && !known.includes(name))) {
    const ignored = ignoredSetting(key);
    if (ignored !== null) onNotice(ignoredNotice(`"${key}" in ${path}`, ignored.reason));
    else if (isForeign) onNotice(ignoredNotice(`"${key}" in ${path}`, "there is no such setting"));
    else throw unknownKey(key, { known, path, command });
  }
}

function unknownKey(
  key: string,
  o: { readonly known: readonly string[]; readonly path: string; readonly command: Command },
): Error {
  const meant = nearest(key, o.known);
  return configUnknown({
    key,
    source: o.path,
    // Not all of them: thirty names would be cut off, and hide the sentence they stand in.
    allowed:
      meant === null
        ? `\`stepwright help ${o.command}\` lists the settings, which have the names of the flags`
        : `did you mean "${meant}"?`,
  });
}
