// Reads `stepwright send …`: which events to send, and whether to wait for what they start.
import { type Mistake, mistake } from "../arguments/read-flags.ts";
import { readInstant } from "../arguments/read-time.ts";
import { readWait, type Wait, waitFlags } from "../arguments/read-wait.ts";
import { readWords, type RemoteTarget } from "../remote/read-words.ts";

/** The events. Values are as they were written: JSON, `@file`, or `-` for standard input. */
export type EventsToSend =
  | {
      readonly kind: "one";
      readonly name: string;
      /** Null: what is on standard input, if anything is. */
      readonly data: string | null;
      readonly user: string | null;
      readonly id: string | null;
      readonly ts: number | null;
    }
  /** A whole event, or a list of them. */
  | { readonly kind: "whole"; readonly events: string };

/** A whole request. */
export interface SendRequest extends RemoteTarget {
  readonly events: EventsToSend;
  readonly wait: Wait;
}

/** The outcome of reading. */
export type ReadSend = { readonly kind: "send"; readonly request: SendRequest } | { readonly kind: "help" } | Mistake;

const command = "send";
const text = { type: "string" } as const;
const partFlags = { data: text, user: text, id: text, ts: text };

/** Reads the arguments after `send`. */
export function readSend(args: readonly string[]): ReadSend {
  const read = readWords(command, args, { ...partFlags, ...waitFlags });
  if (read.kind !== "words") return read;
  const { words, values, target } = read;
  const [name, unexpected] = words;
  if (name === undefined) return values.size === 0 ? { kind: "help" } : mistake(command, missingText);
  if (unexpected !== undefined)
    return mistake(command, `"${unexpected}" is not expected here; data goes behind --data`);
  const events = isWhole(name) ? wholeOf(name, values) : oneOf(name, values);
  if (typeof events === "string") return mistake(command, events);
  const wait = readWait(values, { isWaiting: values.has("wait") });
  if (typeof wait === "string") return mistake(command, wait);
  return { kind: "send", request: { events, wait, ...target } };
}

const missingText = "Say which event: stepwright send NAME, or stepwright send - with events on standard input";

/** An event or a list of them in JSON, or where it is. */
function isWhole(word: string): boolean {
  return /^\s*[{[]/.test(word) || word === "-" || word.startsWith("@");
}

function wholeOf(events: string, values: ReadonlyMap<string, string>): EventsToSend | string {
  const part = Object.keys(partFlags).find((flag) => values.has(flag));
  return part === undefined ? { kind: "whole", events } : `A whole event has its own ${part}; leave --${part} out`;
}

function oneOf(name: string, values: ReadonlyMap<string, string>): EventsToSend | string {
  const written = values.get("ts");
  const ts = written === undefined ? null : readInstant(written);
  if (written !== undefined && ts === null)
    return `--ts ${written} is no time; write milliseconds since 1970, or a date such as 2026-01-31T12:00:00Z`;
  const [data = null, user = null, id = null] = ["data", "user", "id"].map((flag) => values.get(flag) ?? null);
  if (data === "-" && user === "-") return "Only one of --data and --user can be on standard input";
  return { kind: "one", name, data, user, id, ts };
}
