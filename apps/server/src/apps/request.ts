// Reads `stepwright apps …`: what to do, with which app.
import { type Mistake, mistake, unknownAction } from "../arguments/read-flags.ts";
import { readWords, type RemoteTarget } from "../remote/read-words.ts";

/** What there is to do. */
export const appsActions = ["list", "sync", "pause", "resume", "remove"] as const;

type Verb = (typeof appsActions)[number];

/** What is to be done; an app is named by its name, its id or its URL. */
export type AppsAction =
  | { readonly kind: "list" }
  | { readonly kind: "sync"; readonly app: string }
  | { readonly kind: AppAct; readonly app: string };

/** What is done to an app that the server knows. */
export type AppAct = Exclude<Verb, "list" | "sync">;

/** A whole request. */
export interface AppsRequest extends RemoteTarget {
  readonly action: AppsAction;
}

/** The outcome of reading. */
export type ReadApps = { readonly kind: "apps"; readonly request: AppsRequest } | { readonly kind: "help" } | Mistake;

const command = "apps";

/** Reads the arguments after `apps`. */
export function readApps(args: readonly string[]): ReadApps {
  const read = readWords(command, args, {});
  if (read.kind !== "words") return read;
  const [verb, app, ...rest] = read.words;
  if (verb === undefined) return { kind: "help" };
  if (!isVerb(verb)) return unknownAction(command, { verb, actions: appsActions });
  const unexpected = verb === "list" ? app : rest[0];
  if (unexpected !== undefined) return mistake(command, `"${unexpected}" is not expected here`);
  if (verb === "list") return { kind: "apps", request: { action: { kind: verb }, ...read.target } };
  if (app === undefined) return mistake(command, `Say which app: stepwright apps ${verb} ${placeholderOf(verb)}`);
  return { kind: "apps", request: { action: { kind: verb, app }, ...read.target } };
}

function placeholderOf(verb: Verb): string {
  return verb === "sync" ? "URL, or its name" : "APP";
}

function isVerb(word: string): word is Verb {
  return appsActions.some((action) => action === word);
}
