// Reads `stepwright test …`: what to run, and on what kind of server.
import { type Mistake, mistake } from "../arguments/read-flags.ts";
import type { SettingKey } from "../config.ts";
import { readServe } from "../read-serve.ts";

/** A command that is to be run beside a server on a virtual clock. */
export interface TestLine {
  readonly kind: "test";
  /** The command and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** Settings of the server as they were written. */
  readonly values: ReadonlyMap<SettingKey, unknown>;
  readonly configFile: string | null;
  readonly notices: readonly string[];
  /** Shows all runs, not only those that failed. */
  readonly isVerbose: boolean;
  /** The folder for files of failed runs; null: none are written. */
  readonly saveFailedTo: string | null;
}

/** The outcome of reading. */
export type ReadTest = TestLine | { readonly kind: "help" } | Mistake;

const command = "test";

/** Reads the arguments after `test`. Flags that are not its own are those of `stepwright dev`. */
export function readTest(args: readonly string[]): ReadTest {
  const end = args.indexOf("--");
  const own = takeOwn(end === -1 ? args : args.slice(0, end));
  if (typeof own === "string") return mistake(command, own);
  const served = readServe("dev", own.others);
  if (served.kind === "help") return served;
  const [file, ...rest] = end === -1 ? [] : args.slice(end + 1);
  // Said first: a command without the dashes looks like flags and words that nobody knows.
  if (file === undefined || served.kind === "version")
    return mistake(command, 'Say what to run behind "--", such as: stepwright test -- pytest');
  if (served.kind === "mistake") return served;
  const { values, configFile, notices } = served;
  return { kind: "test", command: [file, ...rest], values, configFile, notices, ...own.flags };
}

interface OwnFlags {
  readonly isVerbose: boolean;
  readonly saveFailedTo: string | null;
}

/** Takes out the flags that only this command has, or that mean something else here; a mistake is a sentence. */
function takeOwn(args: readonly string[]): { readonly flags: OwnFlags; readonly others: readonly string[] } | string {
  const others: string[] = [];
  let isVerbose = false;
  let saveFailedTo: string | null = null;
  const left = [...args];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === "--verbose") isVerbose = true;
    else if (word === "--save-failed" || word.startsWith("--save-failed=")) {
      const value = word.includes("=") ? word.slice(word.indexOf("=") + 1) : left.shift();
      if (value === undefined || value === "")
        return "--save-failed needs a value: the folder for files of failed runs";
      saveFailedTo = value;
    } else others.push(word);
  }
  return { flags: { isVerbose, saveFailedTo }, others };
}
