// Puts the settings together: flag, then environment, then file, then default. A wrong one is named with its source.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { configInvalid, configMissing, configUnknown } from "@stepwright/protocol";
import { configSchema, settings, type Command, type Config, type Setting, type SettingKey } from "./config.ts";
import { nearest } from "./nearest.ts";

/** Where settings come from. */
export interface ConfigSources {
  readonly command: Command;
  readonly flags: ReadonlyMap<SettingKey, unknown>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The file named by `--config`; null looks for `stepwright.json` from `cwd` upwards. */
  readonly configFile: string | null;
  readonly cwd: string;
}

/** The name of the file that is looked for. */
export const configFileName = "stepwright.json";

/** Reads all settings; throws CONFIG_INVALID, CONFIG_UNKNOWN or CONFIG_MISSING with a sentence. */
export function readConfig(sources: ConfigSources): Config {
  const file = readConfigFile(sources);
  const found = new Map(settings.map((setting) => [setting.key, valueOf(setting, sources, file)]));
  const parsed = configSchema.safeParse(Object.fromEntries([...found].map(([key, { value }]) => [key, value])));
  if (!parsed.success) throw invalid(parsed.error.issues[0], found);
  const config: Config = {
    ...parsed.data,
    command: sources.command,
    dataDir: resolveDataDir(parsed.data.dataDir, found, sources, file),
  };
  requireKeys(config);
  return Object.freeze(config);
}

interface FoundValue {
  readonly value: unknown;
  readonly source: string;
}

interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

function valueOf(setting: Setting, { command, flags, env }: ConfigSources, file: ConfigFile | null): FoundValue {
  const fallback: FoundValue = { value: setting.defaults[command], source: "default" };
  // A file or environment shared by both commands may hold what only the other one reads.
  if (!setting.commands.includes(command)) return fallback;
  if (flags.has(setting.key)) return { value: flags.get(setting.key), source: `--${setting.name}` };
  const envName = setting.envNames.find((name) => env[name] !== undefined && env[name] !== "");
  if (envName !== undefined) return { value: env[envName], source: `environment variable ${envName}` };
  const key = [setting.name, ...(setting.aliases ?? [])].find((name) => file?.values[name] !== undefined);
  if (file !== null && key !== undefined) return { value: file.values[key], source: file.path };
  return fallback;
}

function invalid(
  issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined,
  found: ReadonlyMap<SettingKey, FoundValue>,
): Error {
  const setting = settings.find(({ key }) => key === issue?.path[0]);
  const { value, source } = (setting === undefined ? undefined : found.get(setting.key)) ?? { value: "", source: "" };
  // A key must not end up in a terminal's history or a log because it has a typing error.
  const isSecret = setting !== undefined && /Key(Fallback)?$/u.test(setting.key);
  const shown = isSecret ? "…" : JSON.stringify(value);
  return configInvalid({
    key: setting?.name ?? "",
    value: shown.replace(/^"|"$/g, ""),
    source,
    allowed: issue?.message ?? "",
  });
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

/** A folder named in the file is relative to the file, any other to where the command runs. */
function resolveDataDir(
  dataDir: string,
  found: ReadonlyMap<SettingKey, FoundValue>,
  { cwd }: ConfigSources,
  file: ConfigFile | null,
): string {
  const isFromFile = file !== null && found.get("dataDir")?.source === file.path;
  return resolve(isFromFile ? dirname(file.path) : cwd, dataDir);
}

function readConfigFile(sources: ConfigSources): ConfigFile | null {
  const named = sources.configFile ?? sources.env["STEPWRIGHT_CONFIG"] ?? null;
  const path = named === null ? findUpward(sources.cwd) : resolve(sources.cwd, named);
  if (path === null) return null;
  const values = parseFile(path);
  const known = settings.flatMap((setting) => [setting.name, ...(setting.aliases ?? [])]);
  const unknown = Object.keys(values).find((key) => key !== "$schema" && !known.includes(key));
  if (unknown !== undefined) {
    const meant = nearest(unknown, known);
    throw configUnknown({
      key: unknown,
      source: path,
      // Not all of them: thirty names would be cut off, and hide the sentence they stand in.
      allowed:
        meant === null
          ? `\`stepwright help ${sources.command}\` lists the settings, which have the names of the flags`
          : `did you mean "${meant}"?`,
    });
  }
  return { path, values };
}

function parseFile(path: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw configInvalid(
      { key: "config", value: path, source: "file", allowed: `it cannot be read: ${reason}` },
      { cause },
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw configInvalid({
      key: "config",
      value: path,
      source: "file",
      allowed: `it must hold an object such as {"port": 8288}`,
    });
  }
  return { ...value };
}

function findUpward(start: string): string | null {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    const candidate = join(folder, configFileName);
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) return null;
  }
}
