// Reads `stepwright backup` and `restore`, the commands that work on a database file; `doctor` on one is read by its own reader.
import { type Flags, type FlagValues, type Mistake, mistake, readFlags } from "../arguments/read-flags.ts";

/** The commands. */
export const dataCommands = ["backup", "restore"] as const;

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
export type ReadData = { readonly kind: "data"; readonly request: DataRequest } | { readonly kind: "help" } | Mistake;

const text = { type: "string" } as const;
const truth = { type: "boolean" } as const;

const flagsOf: Readonly<Record<DataCommand, Flags>> = {
  backup: { to: text, "data-dir": text, force: truth, "no-verify": truth },
  restore: { from: text, "data-dir": text, force: truth },
};

/** Reads the arguments after the command. */
export function readData(command: DataCommand, args: readonly string[]): ReadData {
  const read = readFlags(command, args, flagsOf[command]);
  if (read.kind !== "flags") return read;
  const [unexpected] = read.words;
  if (unexpected !== undefined) return mistake(command, `"${unexpected}" is not expected here`);
  const request = requestOf(command, read.values);
  return typeof request === "string" ? mistake(command, request) : { kind: "data", request };
}

/** The request, or what is missing for it. */
function requestOf(kind: DataCommand, values: FlagValues): DataRequest | string {
  const isForced = values.has("force");
  const dataDir = values.get("data-dir") ?? null;
  switch (kind) {
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
