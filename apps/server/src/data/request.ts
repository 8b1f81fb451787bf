// Reads `stepwright doctor`, `backup` and `restore`: the commands that work on a database file.
import { parseArgs } from "node:util";
import { nearest } from "../nearest.ts";

/** The commands. */
export const dataCommands = ["doctor", "backup", "restore"] as const;

/** One of them. */
export type DataCommand = (typeof dataCommands)[number];

/** What is to be done. Paths are as they were written. */
export type DataRequest =
  /** `db` is a database file, or the folder it is in. */
  | { readonly kind: "doctor"; readonly db: string; readonly isFull: boolean; readonly isJson: boolean }
  | {
      readonly kind: "backup";
      readonly to: string;
      /** Null: the folder that the server would use here. */
      readonly dataDir: string | null;
      readonly isForced: boolean;
      readonly isVerified: boolean;
    }
  | {
      readonly kind: "restore";
      readonly from: string;
      readonly dataDir: string;
      readonly isForced: boolean;
    };

/** The outcome of reading. */
export type ReadData =
  | { readonly kind: "data"; readonly request: DataRequest }
  | { readonly kind: "help"; readonly command: DataCommand }
  | { readonly kind: "mistake"; readonly message: string };

const text = { type: "string" } as const;
const truth = { type: "boolean" } as const;
type Flags = Readonly<Record<string, typeof text | typeof truth>>;

const flagsOf: Readonly<Record<DataCommand, Flags>> = {
  doctor: { db: text, full: truth, json: truth },
  backup: { to: text, "data-dir": text, force: truth, "no-verify": truth },
  restore: { from: text, "data-dir": text, force: truth },
};

/** Reads the arguments after the command. */
export function readData(command: DataCommand, args: readonly string[]): ReadData {
  const flags = flagsOf[command];
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...flags, help: { type: "boolean", short: "h" } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") return mistake(command, `"${token.value}" is not expected here`);
    const { name, rawName, value } = token;
    if (name === "help" || name === "h") return { kind: "help", command };
    const flag = flags[name];
    if (flag === undefined) return mistake(command, unknownText(rawName, Object.keys(flags)));
    if (flag.type === "boolean" && value !== undefined) return mistake(command, `${rawName} takes no value`);
    if (flag.type === "string" && (value === undefined || value === ""))
      return mistake(command, `${rawName} needs a value`);
    values.set(name, value ?? "");
  }
  const request = requestOf(command, values);
  return typeof request === "string" ? mistake(command, request) : { kind: "data", request };
}

/** The request, or what is missing for it. */
function requestOf(kind: DataCommand, values: ReadonlyMap<string, string>): DataRequest | string {
  const isForced = values.has("force");
  const dataDir = values.get("data-dir") ?? null;
  switch (kind) {
    case "doctor": {
      const db = values.get("db");
      if (db === undefined) return "Say which data: stepwright doctor --db FOLDER";
      return { kind, db, isFull: values.has("full"), isJson: values.has("json") };
    }
    case "backup": {
      const to = values.get("to");
      if (to === undefined) return "Say where to: stepwright backup --to FILE";
      return { kind, to, dataDir, isForced, isVerified: !values.has("no-verify") };
    }
    case "restore": {
      const from = values.get("from");
      if (from === undefined || dataDir === null)
        return "Say what and where to: stepwright restore --from FILE --data-dir FOLDER";
      return { kind, from, dataDir, isForced };
    }
  }
}

function unknownText(rawName: string, known: readonly string[]): string {
  const meant = nearest(rawName.replace(/^-+/, ""), [...known, "help"]);
  return `There is no flag ${rawName}${meant === null ? "" : `; did you mean --${meant}?`}`;
}

function mistake(command: DataCommand, sentence: string): ReadData {
  const end = /[.?]$/.test(sentence) ? "" : ".";
  return { kind: "mistake", message: `${sentence}${end} Run "stepwright ${command} --help" for all flags.` };
}
