// Reads the command line: a command, its flags, and what is wrong with them in a sentence.
import { parseArgs } from "node:util";
import { ignoredFlags, settings, type Command, type Setting, type SettingKey } from "./config.ts";
import { dataCommands, readData, type DataRequest } from "./data/request.ts";
import { readFunctions, type FunctionsRequest } from "./functions/request.ts";
import type { HelpTopic } from "./help.ts";
import { nearest } from "./nearest.ts";
import { type QueueRequest, readQueue } from "./queue/request.ts";

/** What the command line asks for. */
export type CommandLine =
  | {
      readonly kind: "serve";
      readonly command: Command;
      /** Values as written, by setting; a list setting has a list. */
      readonly values: ReadonlyMap<SettingKey, unknown>;
      readonly configFile: string | null;
      readonly notices: readonly string[];
    }
  | { readonly kind: "functions"; readonly request: FunctionsRequest }
  | { readonly kind: "queue"; readonly request: QueueRequest }
  | { readonly kind: "data"; readonly request: DataRequest }
  | { readonly kind: "help"; readonly command: HelpTopic | null }
  | { readonly kind: "version" }
  | { readonly kind: "mistake"; readonly message: string };

const commands = ["dev", "start", "functions", "queue", ...dataCommands, "version", "help"] as const;

/** Reads the arguments after the program's name. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const [first, ...rest] = args;
  if (first === undefined || first === "--help" || first === "-h") return { kind: "help", command: null };
  switch (first) {
    case "help":
      return { kind: "help", command: isHelpTopic(rest[0]) ? rest[0] : null };
    case "version":
    case "--version":
    case "-v":
      return { kind: "version" };
    case "dev":
    case "start":
      return readServe(first, rest);
    case "functions": {
      const read = readFunctions(rest);
      return read.kind === "help" ? { kind: "help", command: "functions" } : read;
    }
    case "queue": {
      const read = readQueue(rest);
      return read.kind === "help" ? { kind: "help", command: "queue" } : read;
    }
    case "doctor":
    case "backup":
    case "restore":
      return readData(first, rest);
    default: {
      const meant = nearest(first, commands);
      return {
        kind: "mistake",
        message: `There is no command "${first}"${meant === null ? "" : `; did you mean "${meant}"`}? Run "stepwright help" for all.`,
      };
    }
  }
}

function isHelpTopic(word: string | undefined): word is HelpTopic {
  return ["dev", "start", "functions", "queue", ...dataCommands].some((topic) => topic === word);
}

function readServe(command: Command, args: readonly string[]): CommandLine {
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
    if (name === "help" || name === "h") return { kind: "help", command };
    const ignored = ignoredFlags.get(name);
    const setting = byFlag.get(name);
    if (ignored !== undefined) {
      notices.push(`${rawName} has no effect: ${ignored.reason}.`);
    } else if (name === "config") {
      if (value === undefined) return mistake(command, `${rawName} needs a value: the path of a file`);
      configFile = value;
    } else if (setting === undefined) {
      return unknownFlag(command, rawName, byFlag);
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

function unknownFlag(command: Command, rawName: string, byFlag: ReadonlyMap<string, Setting>): CommandLine {
  const known = [...byFlag]
    .filter(([name, setting]) => name.length > 1 && setting.commands.includes(command))
    .map(([name]) => name);
  const meant = nearest(rawName.replace(/^-+/, ""), [...known, "config", "help"]);
  return mistake(command, `There is no flag ${rawName}${meant === null ? "" : `; did you mean --${meant}?`}`);
}

function mistake(command: Command, sentence: string): CommandLine {
  const end = /[.?]$/.test(sentence) ? "" : ".";
  return { kind: "mistake", message: `${sentence}${end} Run "stepwright ${command} --help" for all flags.` };
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
  };
  for (const [name, { takesValue }] of ignoredFlags) options[name] = { type: takesValue ? "string" : "boolean" };
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
