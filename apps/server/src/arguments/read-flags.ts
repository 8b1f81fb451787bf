// Reads the words and flags of a command, and says in a sentence what is wrong with them.
import { parseArgs } from "node:util";
import { nearest } from "../nearest.ts";

/** Flags by name; a `string` takes a value. `help` is every command's. */
export type Flags = Readonly<Record<string, { readonly type: "string" | "boolean"; readonly short?: string }>>;

/** The values of flags as they were written; empty for a flag that takes none. Of a flag that is repeated, the last one. */
export type FlagValues = ReadonlyMap<string, string>;

/** What was read. */
export type ReadFlags =
  | { readonly kind: "flags"; readonly words: readonly string[]; readonly values: FlagValues }
  | { readonly kind: "help" }
  | Mistake;

/** What is wrong with the arguments: a sentence, with where to read on. */
export interface Mistake {
  readonly kind: "mistake";
  readonly message: string;
}

const help = { type: "boolean", short: "h" } as const;

/** Reads the arguments after `command`, which has these flags. */
export function readFlags(command: string, args: readonly string[], own: Flags): ReadFlags {
  const flags: Flags = { ...own, help };
  const { tokens } = parseArgs({
    args: [...args],
    options: flags,
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
    if (name === "help") return { kind: "help" };
    const problem = flagProblem({ flag: flags[name], rawName, value, known: Object.keys(flags) });
    if (problem !== null) return mistake(command, problem);
    values.set(name, value ?? "");
  }
  return { kind: "flags", words, values };
}

/** A mistake, with where to read on. */
export function mistake(command: string, sentence: string): Mistake {
  const end = /[.?]$/.test(sentence) ? "" : ".";
  return { kind: "mistake", message: `${sentence}${end} Run "stepwright ${command} --help" for all.` };
}

/** The mistake of asking for an action that the command does not have. */
export function unknownAction(
  command: string,
  o: { readonly verb: string; readonly actions: readonly string[] },
): Mistake {
  const meant = nearest(o.verb, o.actions);
  const guess = meant === null ? "" : `; did you mean "${command} ${meant}"?`;
  return mistake(command, `There is no command "${command} ${o.verb}"${guess}`);
}

/** A flag that nobody knows, in a sentence. */
export function unknownFlag(rawName: string, known: readonly string[]): string {
  const meant = nearest(rawName.replace(/^-+/, ""), known);
  return `There is no flag ${rawName}${meant === null ? "" : `; did you mean --${meant}?`}`;
}

/** The first flag that was given and that does not belong to this action; null when there is none. */
export function foreignFlag(
  values: FlagValues,
  o: { readonly all: Flags; readonly own: readonly string[] },
): string | null {
  return Object.keys(o.all).find((name) => values.has(name) && !o.own.includes(name)) ?? null;
}

/** What is wrong with a flag; null when nothing is. */
function flagProblem(o: {
  readonly flag: Flags[string] | undefined;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly known: readonly string[];
}): string | null {
  const { flag, rawName, value, known } = o;
  if (flag === undefined) return unknownFlag(rawName, known);
  if (flag.type === "boolean") return value === undefined ? null : `${rawName} takes no value`;
  return value === undefined || value === "" ? `${rawName} needs a value` : null;
}
