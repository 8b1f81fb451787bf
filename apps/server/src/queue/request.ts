// Reads `stepwright queue …`: what to do with the items that a server has set aside.
import { foreignFlag, type Mistake, mistake, unknownAction } from "../arguments/read-flags.ts";
import { readWords, type RemoteTarget } from "../remote/read-words.ts";

/** What there is to do. */
export const queueActions = ["list", "retry"] as const;

/** What is to be done with items that were set aside. */
export type QueueAction =
  /** `after` is where the page before ended; null for the first. */
  | { readonly kind: "list"; readonly after: string | null }
  | { readonly kind: "retry"; readonly id: string }
  | { readonly kind: "retryAll" };

/** A whole request. */
export interface QueueRequest extends RemoteTarget {
  readonly action: QueueAction;
}

/** The outcome of reading. */
export type ReadQueue =
  | { readonly kind: "queue"; readonly request: QueueRequest }
  | { readonly kind: "help" }
  | Mistake;

const command = "queue";
const flags = { "set-aside": { type: "boolean" }, after: { type: "string" }, all: { type: "boolean" } } as const;
const flagsOfAction: Readonly<Record<(typeof queueActions)[number], readonly string[]>> = {
  list: ["set-aside", "after"],
  retry: ["all"],
};

/** Reads the arguments after `queue`. */
export function readQueue(args: readonly string[]): ReadQueue {
  const read = readWords(command, args, flags);
  if (read.kind !== "words") return read;
  const [verb, id, ...rest] = read.words;
  if (verb === undefined) return { kind: "help" };
  if (!isAction(verb)) return unknownAction(command, { verb, actions: queueActions });
  const foreign = foreignFlag(read.values, { all: flags, own: flagsOfAction[verb] });
  if (foreign !== null) return mistake(command, `--${foreign} does not belong to "queue ${verb}"`);
  const action = verb === "list" ? listAction(id, read.values) : retryAction(id, read.values);
  if (typeof action === "string") return mistake(command, action);
  const [unexpected] = rest;
  if (unexpected !== undefined) return mistake(command, `"${unexpected}" is not expected here`);
  return { kind: "queue", request: { action, ...read.target } };
}

/** The action, or what is missing for it or too much. */
function listAction(word: string | undefined, values: ReadonlyMap<string, string>): QueueAction | string {
  if (word !== undefined) return `"${word}" is not expected here`;
  if (!values.has("set-aside"))
    return 'Say what to list: stepwright queue list --set-aside; what waits for a limit is told by "functions queue FUNCTION"';
  return { kind: "list", after: values.get("after") ?? null };
}

function retryAction(id: string | undefined, values: ReadonlyMap<string, string>): QueueAction | string {
  const isAll = values.has("all");
  if (id === undefined) return isAll ? { kind: "retryAll" } : "Say which item: stepwright queue retry ID, or --all";
  return isAll ? "Name an item or give --all, not both" : { kind: "retry", id };
}

function isAction(word: string): word is (typeof queueActions)[number] {
  return queueActions.some((action) => action === word);
}
