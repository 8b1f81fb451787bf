// Reads `stepwright functions …`: what to do, with which function, on which server.
import { type Mistake, mistake, unknownAction } from "../arguments/read-flags.ts";
import { readWords, type RemoteTarget } from "../remote/read-words.ts";

/** What there is to do. */
export const actions = ["list", "queue", "pause", "resume", "drop-backlog", "move-backlog"] as const;

/** One of them. */
export type Action = (typeof actions)[number];

/** What is to be done; a function is named by its id, such as `shop-charge-card`. */
export type FunctionsAction =
  | { readonly kind: "list" }
  | { readonly kind: Exclude<Action, "list" | "move-backlog">; readonly slug: string }
  | { readonly kind: "move-backlog"; readonly slug: string; readonly to: string };

/** A whole request. */
export interface FunctionsRequest extends RemoteTarget {
  readonly action: FunctionsAction;
}

/** The outcome of reading. */
export type ReadFunctions =
  | { readonly kind: "functions"; readonly request: FunctionsRequest }
  | { readonly kind: "help" }
  | Mistake;

const command = "functions";

/** Reads the arguments after `functions`. */
export function readFunctions(args: readonly string[]): ReadFunctions {
  const read = readWords(command, args, { to: { type: "string" } });
  if (read.kind !== "words") return read;
  const [verb, slug, ...rest] = read.words;
  if (verb === undefined) return { kind: "help" };
  if (!isAction(verb)) return unknownAction(command, { verb, actions });
  const action = actionOf(verb, { slug, to: read.values.get("to") });
  if (typeof action === "string") return mistake(command, action);
  const unexpected = verb === "list" ? slug : rest[0];
  if (unexpected !== undefined) return mistake(command, `"${unexpected}" is not expected here`);
  return { kind: "functions", request: { action, ...read.target } };
}

/** The action, or what is missing for it or too much. */
function actionOf(
  kind: Action,
  { slug, to }: { readonly slug: string | undefined; readonly to: string | undefined },
): FunctionsAction | string {
  if (to !== undefined && kind !== "move-backlog") return `--to belongs to "functions move-backlog"`;
  if (kind === "list") return { kind };
  if (slug === undefined) return `Say which function: stepwright functions ${kind} FUNCTION`;
  if (kind !== "move-backlog") return { kind, slug };
  return to === undefined
    ? `Say which function gets the runs: stepwright functions move-backlog ${slug} --to FUNCTION`
    : { kind, slug, to };
}

function isAction(word: string): word is Action {
  return actions.some((action) => action === word);
}
