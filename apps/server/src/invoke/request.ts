// Reads `stepwright invoke …`: which function to start, and with what.
import { type Mistake, mistake } from "../arguments/read-flags.ts";
import { readWait, type Wait } from "../arguments/read-wait.ts";
import { readWords, type RemoteTarget } from "../remote/read-words.ts";

/** A whole request. Values are as they were written: JSON, `@file`, or `-` for standard input. */
export interface InvokeRequest extends RemoteTarget {
  readonly slug: string;
  /** Null: what is on standard input, if anything is. */
  readonly data: string | null;
  readonly user: string | null;
  readonly wait: Wait;
}

/** The outcome of reading. */
export type ReadInvoke =
  | { readonly kind: "invoke"; readonly request: InvokeRequest }
  | { readonly kind: "help" }
  | Mistake;

const command = "invoke";
const text = { type: "string" } as const;

/** Reads the arguments after `invoke`. */
export function readInvoke(args: readonly string[]): ReadInvoke {
  const flags = { data: text, user: text, timeout: text, "no-wait": { type: "boolean" } } as const;
  const read = readWords(command, args, flags);
  if (read.kind !== "words") return read;
  const { words, values, target } = read;
  const [slug, unexpected] = words;
  if (slug === undefined)
    return values.size === 0 ? { kind: "help" } : mistake(command, "Say which function: stepwright invoke FUNCTION");
  if (unexpected !== undefined)
    return mistake(command, `"${unexpected}" is not expected here; data goes behind --data`);
  const [data = null, user = null] = ["data", "user"].map((flag) => values.get(flag) ?? null);
  if (data === "-" && user === "-") return mistake(command, "Only one of --data and --user can be on standard input");
  const wait = readWait(values, { isWaiting: !values.has("no-wait") });
  if (typeof wait === "string") return mistake(command, wait);
  return { kind: "invoke", request: { slug, data, user, wait, ...target } };
}
