// Reads `stepwright functions …`: what to do, with which function, on which server.
import { parseArgs } from "node:util";
import { nearest } from "../nearest.ts";

/** What there is to do. */
export const actions = ["list", "queue", "pause", "resume", "drop-backlog", "move-backlog"] as const;

/** One of them. */
export type Action = (typeof actions)[number];

/** What is to be done; a function is named by its id, such as `shop-charge-card`. */
export type FunctionsAction =
  | { readonly kind: "list" }
  | { readonly kind: Exclude<Action, "list" | "move-backlog">; readonly slug: string }
  | { readonly kind: "move-backlog"; readonly slug: string; readonly to: string };

/** A whole request. What is null was not said on the command line. */
export interface FunctionsRequest {
  readonly action: FunctionsAction;
  readonly server: string | null;
  readonly signingKey: string | null;
  /** True to print the server's answer as JSON. */
  readonly json: boolean;
}

/** The outcome of reading. */
export type ReadFunctions =
  | { readonly kind: "functions"; readonly request: FunctionsRequest }
  | { readonly kind: "help" }
  | { readonly kind: "mistake"; readonly message: string };

const flags = {
  server: { type: "string" },
  "signing-key": { type: "string" },
  to: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** Reads the arguments after `functions`. */
export function readFunctions(args: readonly string[]): ReadFunctions {
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
    if (name === "help" || name === "h") return { kind: "help" };
    if (!isFlag(name)) return mistake(unknownText(`flag ${rawName}`, rawName, Object.keys(flags), "--"));
    if (flags[name].type === "boolean" && value !== undefined) return mistake(`${rawName} takes no value`);
    if (flags[name].type === "string" && (value === undefined || value === ""))
      return mistake(`${rawName} needs a value`);
    values.set(name, value ?? "");
  }
  const [verb, slug, ...rest] = words;
  if (verb === undefined) return { kind: "help" };
  if (!isAction(verb)) return mistake(unknownText(`command "functions ${verb}"`, verb, actions, ""));
  const action = actionOf(verb, { slug, to: values.get("to") });
  if (typeof action === "string") return mistake(action);
  const unexpected = verb === "list" ? slug : rest[0];
  if (unexpected !== undefined) return mistake(`"${unexpected}" is not expected here`);
  return {
    kind: "functions",
    request: {
      action,
      server: values.get("server") ?? null,
      signingKey: values.get("signing-key") ?? null,
      json: values.has("json"),
    },
  };
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

function unknownText(what: string, name: string, known: readonly string[], prefix: string): string {
  const meant = nearest(name.replace(/^-+/, ""), known);
  return `There is no ${what}${meant === null ? "" : `; did you mean ${prefix === "" ? `"functions ${meant}"` : prefix + meant}?`}`;
}

function mistake(sentence: string): ReadFunctions {
  const end = /[.?]$/.test(sentence) ? "" : ".";
  return { kind: "mistake", message: `${sentence}${end} Run "stepwright functions --help" for all.` };
}

function isAction(word: string): word is Action {
  return actions.some((action) => action === word);
}

function isFlag(name: string): name is keyof typeof flags {
  return Object.hasOwn(flags, name);
}
