// Reads the words and flags of a command that acts on a running server.
import { parseArgs } from "node:util";
import { nearest } from "../nearest.ts";

/** Where the server is, and how to answer. What is null was not said on the command line. */
export interface RemoteTarget {
  readonly server: string | null;
  readonly signingKey: string | null;
  /** True to print the server's answer as JSON. */
  readonly json: boolean;
}

/** Flags by name; a `string` takes a value. */
export type Flags = Readonly<Record<string, { readonly type: "string" | "boolean" }>>;

/** What was read; a mistake is a sentence. */
export type ReadWords =
  | {
      readonly kind: "words";
      readonly words: readonly string[];
      /** Values of the command's own flags; empty for one without. */
      readonly values: ReadonlyMap<string, string>;
      readonly target: RemoteTarget;
    }
  | { readonly kind: "help" }
  | { readonly kind: "mistake"; readonly message: string };

const everyonesFlags = {
  server: { type: "string" },
  "signing-key": { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const satisfies Flags;

/** Reads the arguments after `command`, which has these flags besides those that every such command has. */
export function readWords(command: string, args: readonly string[], own: Flags): ReadWords {
  const flags: Flags = { ...own, ...everyonesFlags };
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...flags, help: { type: "boolean", short: "h" } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const words: string[] = [];
  const values = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      words.push(token.value);
      continue;
    }
    const { name, rawName, value } = token;
    if (name === "help" || name === "h") return { kind: "help" };
    const problem = flagProblem({ flag: flags[name], rawName, value, known: Object.keys(flags) });
    if (problem !== null) return mistake(command, problem);
    values.set(name, value ?? "");
  }
  const target = {
    server: values.get("server") ?? null,
    signingKey: values.get("signing-key") ?? null,
    json: values.has("json"),
  };
  return { kind: "words", words, values, target };
}

/** A mistake, with where to read on. */
export function mistake(command: string, sentence: string): { readonly kind: "mistake"; readonly message: string } {
  const end = /[.?]$/.test(sentence) ? "" : ".";
  return { kind: "mistake", message: `${sentence}${end} Run "stepwright ${command} --help" for all.` };
}

/** The mistake of asking for an action that the command does not have. */
export function unknownAction(
  command: string,
  o: { readonly verb: string; readonly actions: readonly string[] },
): ReturnType<typeof mistake> {
  const meant = nearest(o.verb, o.actions);
  const guess = meant === null ? "" : `; did you mean "${command} ${meant}"?`;
  return mistake(command, `There is no command "${command} ${o.verb}"${guess}`);
}

/** What is wrong with a flag; null when nothing is. */
function flagProblem(o: {
  readonly flag: Flags[string] | undefined;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly known: readonly string[];
}): string | null {
  const { flag, rawName, value, known } = o;
  if (flag === undefined) {
    const meant = nearest(rawName.replace(/^-+/, ""), known);
    return `There is no flag ${rawName}${meant === null ? "" : `; did you mean --${meant}?`}`;
  }
  if (flag.type === "boolean") return value === undefined ? null : `${rawName} takes no value`;
  return value === undefined || value === "" ? `${rawName} needs a value` : null;
}
