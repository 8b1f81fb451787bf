// Reads the flags of the commands that start a server, those of the server that this one replaces included.
import { parseArgs } from "node:util";
import { mistake, type Mistake, unknownFlag } from "./arguments/read-flags.ts";
import { settings, type Command, type Setting, type SettingKey } from "./config.ts";
import { ignoredNotice, ignoredSetting, ignoredSettings } from "./ignored-settings.ts";

/** A server that is to be started. */
export interface ServeLine {
  readonly kind: "serve";
  readonly command: Command;
  /** Values as written, by setting; a list setting has a list. */
  readonly values: ReadonlyMap<SettingKey, unknown>;
  readonly configFile: string | null;
  readonly notices: readonly string[];
}

/** The outcome of reading. */
export type ReadServe = ServeLine | { readonly kind: "help" } | { readonly kind: "version" } | Mistake;

/** Reads the arguments after `dev` or `start`. */
export function readServe(command: Command, args: readonly string[]): ReadServe {
  const byFlag = flagsOf(settings);
  const { tokens } = parseArgs({
    args: [...args],
    options: optionsOf(settings),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<SettingKey, unknown>();
  const notices: string[] = [];
  let configFile: string | null = null;
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") return mistake(command, `"${token.value}" is not expected here`);
    const { name, rawName, value } = token;
    if (name === "help") return { kind: "help" };
    if (name === "version") return { kind: "version" };
    const ignored = ignoredSetting(name);
    const setting = byFlag.get(name);
    if (ignored !== null) {
      if (ignored.takesValue && value === undefined) return mistake(command, `${rawName} needs a value`);
      notices.push(ignoredNotice(rawName, ignored.reason));
    } else if (name === "config") {
      if (value === undefined) return mistake(command, `${rawName} needs a value: the path of a file`);
      configFile = value;
    } else if (setting === undefined) {
      return mistake(command, unknownFlag(rawName, knownFlags(command, byFlag)));
    } else if (!setting.commands.includes(command)) {
      return mistake(command, `${rawName} belongs to "stepwright ${setting.commands.join(" and ")}"`);
    } else if (setting.placeholder === null) {
      values.set(setting.key, value ?? true);
    } else if (value === undefined) {
      return mistake(command, `${rawName} needs a value: ${rawName} ${setting.placeholder}`);
    } else {
      values.set(setting.key, isList(setting) ? [...listOf(values.get(setting.key)), ...value.split(",")] : value);
    }
  }
  return { kind: "serve", command, values, configFile, notices };
}

function knownFlags(command: Command, byFlag: ReadonlyMap<string, Setting>): readonly string[] {
  const known = [...byFlag].filter(([name, setting]) => name.length > 1 && setting.commands.includes(command));
  return [...known.map(([name]) => name), "config", "help"];
}

function flagsOf(all: readonly Setting[]): ReadonlyMap<string, Setting> {
  const namesOf = ({ name, aliases = [], short }: Setting): readonly string[] => [
    name,
    ...aliases,
    ...(short === undefined ? [] : [short]),
  ];
  return new Map(all.flatMap((setting) => namesOf(setting).map((name) => [name, setting] as const)));
}

/** The parser only has to know which flags take a value. */
function optionsOf(all: readonly Setting[]): Record<string, { type: "string" | "boolean"; short?: string }> {
  const options: Record<string, { type: "string" | "boolean"; short?: string }> = {
    config: { type: "string" },
    help: { type: "boolean", short: "h" },
    version: { type: "boolean", short: "v" },
  };
  for (const { name, takesValue } of ignoredSettings) options[name] = { type: takesValue ? "string" : "boolean" };
  for (const setting of all) {
    const type = setting.placeholder === null ? "boolean" : "string";
    options[setting.name] = setting.short === undefined ? { type } : { type, short: setting.short };
    for (const alias of setting.aliases ?? []) options[alias] = { type };
  }
  return options;
}

function isList(setting: Setting): boolean {
  return setting.key === "appUrl" || setting.key === "eventKey";
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
