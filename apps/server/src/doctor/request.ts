// Reads `stepwright doctor …`: what to look at, on a running server or, with `--db`, in its data.
import { type Mistake, mistake } from "../arguments/read-flags.ts";
import type { DataRequest } from "../data/request.ts";
import { readWords, type RemoteTarget } from "../remote/read-words.ts";

/** A whole request to a running server. */
export interface DoctorRequest extends RemoteTarget {
  /** The URL or name of an app, the id of a run or an event, or a function; null for the server as a whole. */
  readonly target: string | null;
}

/** The outcome of reading. */
export type ReadDoctor =
  | { readonly kind: "doctor"; readonly request: DoctorRequest }
  | { readonly kind: "data"; readonly request: Extract<DataRequest, { kind: "doctor" }> }
  | { readonly kind: "help" }
  | Mistake;

const command = "doctor";

/** Reads the arguments after `doctor`. */
export function readDoctor(args: readonly string[]): ReadDoctor {
  const read = readWords(command, args, { db: { type: "string" }, full: { type: "boolean" } });
  if (read.kind !== "words") return read;
  const { words, values, target: remote } = read;
  const [target = null, unexpected] = words;
  const db = values.get("db");
  if (db !== undefined) {
    if (target !== null) return mistake(command, `"${target}" is not expected beside --db`);
    const foreign = ["server", "signing-key"].find((name) => values.has(name));
    if (foreign !== undefined) return mistake(command, `--${foreign} is of a running server, and --db looks at a file`);
    return { kind: "data", request: { kind: "doctor", db, isFull: values.has("full"), isJson: remote.json } };
  }
  if (values.has("full")) return mistake(command, "--full is of stored data; say which with --db FOLDER");
  if (unexpected !== undefined) return mistake(command, `"${unexpected}" is not expected here`);
  return { kind: "doctor", request: { target, ...remote } };
}
