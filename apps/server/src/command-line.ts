// Reads the command line: a command, its flags, and what is wrong with them in a sentence.
import type { Mistake } from "./arguments/read-flags.ts";
import type { Command } from "./config.ts";
import { type DataCommand, dataCommands, readData, type DataRequest } from "./data/request.ts";
import { readDoctor } from "./doctor/request.ts";
import { nearest } from "./nearest.ts";
import { readServe, type ServeLine } from "./read-serve.ts";
import { readRemote, type RemoteCommand, remoteCommands, type RemoteLine } from "./remote/commands.ts";
import { readTest, type TestLine } from "./test-command/request.ts";

/** What the command line asks for. */
export type CommandLine =
  | ServeLine
  | TestLine
  | RemoteLine
  | { readonly kind: "data"; readonly request: DataRequest }
  | { readonly kind: "help"; readonly command: HelpTopic | null }
  | { readonly kind: "version" }
  | Mistake;

/** What there is help about: every command but `version` and `help`. */
export type HelpTopic = Command | "test" | RemoteCommand | DataCommand | "doctor";

/** All of them, in the order in which they are told of. */
export const helpTopics: readonly HelpTopic[] = ["dev", "start", "test", ...remoteCommands, "doctor", ...dataCommands];

const commands: readonly string[] = [...helpTopics, "version", "help"];

/** Reads the arguments after the program's name. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const [first, ...rest] = commandFirst(args);
  if (first === undefined || first === "--help" || first === "-h") return { kind: "help", command: null };
  switch (first) {
    case "help":
      return readHelp(rest[0]);
    case "version":
    case "--version":
    case "-v":
      return { kind: "version" };
  }
  if (!isHelpTopic(first)) return unknownCommand(first);
  const read = readTopic(first, rest);
  return read.kind === "help" ? { kind: "help", command: first } : read;
}

type ReadTopic = Exclude<CommandLine, { kind: "help" }> | { readonly kind: "help" };

function readTopic(command: HelpTopic, args: readonly string[]): ReadTopic {
  switch (command) {
    case "dev":
    case "start":
      return readServe(command, args);
    case "test":
      return readTest(args);
    case "doctor":
      return readDoctor(args);
    case "backup":
    case "restore":
      return readData(command, args);
    default:
      return readRemote(command, args);
  }
}

/** Flags of logging may stand in front of the command, as with the server that this one replaces. */
function commandFirst(args: readonly string[]): readonly string[] {
  const globals = /^(--json|--verbose)$|^(-l|--log-level)$|^(?:-l|--log-level=)./.exec(args[0] ?? "");
  if (globals === null) return args;
  const length = globals[2] === undefined ? 1 : 2;
  const [command, ...rest] = commandFirst(args.slice(length));
  return command === undefined ? [] : [command, ...args.slice(0, length), ...rest];
}

function readHelp(word: string | undefined): CommandLine {
  if (word === undefined) return { kind: "help", command: null };
  if (isHelpTopic(word)) return { kind: "help", command: word };
  return commands.includes(word) ? { kind: "help", command: null } : unknownCommand(word);
}

function unknownCommand(word: string): Mistake {
  const meant = nearest(word, commands);
  const guess = meant === null ? "" : `; did you mean "${meant}"`;
  return {
    kind: "mistake",
    message: `There is no command "${word}"${guess}${meant === null ? "." : "?"} Run "stepwright help" for all.`,
  };
}

function isHelpTopic(word: string): word is HelpTopic {
  return helpTopics.some((topic) => topic === word);
}
