// Reads `stepwright runs …`: what to do, with which runs.
import {
  foreignFlag,
  type FlagValues,
  type Flags,
  type Mistake,
  mistake,
  unknownAction,
} from "../arguments/read-flags.ts";
import { readWait, type Wait, waitFlags } from "../arguments/read-wait.ts";
import { readWords, type RemoteTarget } from "../remote/read-words.ts";
import { filterFlags, readFilter, type RunsFilter } from "./filter.ts";

/** What there is to do. */
export const runsActions = ["list", "get", "tail", "cancel", "rerun"] as const;

type Verb = (typeof runsActions)[number];

/** What is to be done. */
export type RunsAction =
  | {
      readonly kind: "list";
      readonly filter: RunsFilter;
      readonly limit: number;
      /** Where the page before ended; null for the first. */
      readonly after: string | null;
    }
  | { readonly kind: "get"; readonly runId: string }
  | { readonly kind: "tail"; readonly filter: RunsFilter }
  | { readonly kind: "cancel"; readonly runIds: readonly string[] }
  | {
      readonly kind: "cancelAll";
      readonly slug: string;
      readonly since: string | null;
      readonly until: string | null;
      readonly condition: string | null;
    }
  | {
      readonly kind: "rerun";
      readonly runId: string;
      readonly fromStep: string | null;
      /** Values are as they were written: JSON, `@file`, or `-` for standard input. */
      readonly input: string | null;
      readonly data: string | null;
      readonly wait: Wait;
    };

/** A whole request. */
export interface RunsRequest extends RemoteTarget {
  readonly action: RunsAction;
}

/** The outcome of reading. */
export type ReadRuns = { readonly kind: "runs"; readonly request: RunsRequest } | { readonly kind: "help" } | Mistake;

const command = "runs";
const text = { type: "string" } as const;
const flags: Flags = {
  ...filterFlags,
  limit: text,
  after: text,
  if: text,
  "from-step": text,
  input: text,
  data: text,
  ...waitFlags,
};
const flagsOfAction: Readonly<Record<Verb, readonly string[]>> = {
  list: [...Object.keys(filterFlags), "limit", "after"],
  get: [],
  tail: ["status", "function", "app", "event"],
  cancel: ["function", "since", "until", "if"],
  rerun: ["from-step", "input", "data", "wait", "timeout"],
};

/** Reads the arguments after `runs`. */
export function readRuns(args: readonly string[]): ReadRuns {
  const read = readWords(command, args, flags);
  if (read.kind !== "words") return read;
  const [verb, ...words] = read.words;
  if (verb === undefined) return { kind: "help" };
  if (!isVerb(verb)) return unknownAction(command, { verb, actions: runsActions });
  const foreign = foreignFlag(read.values, { all: flags, own: flagsOfAction[verb] });
  if (foreign !== null) return mistake(command, `--${foreign} does not belong to "runs ${verb}"`);
  const action = readAction[verb](words, read.values);
  return typeof action === "string" ? mistake(command, action) : { kind: "runs", request: { action, ...read.target } };
}

/** Each gives the action, or what is missing for it or too much. */
const readAction: Readonly<Record<Verb, (words: readonly string[], values: FlagValues) => RunsAction | string>> = {
  list(words, values) {
    const filter = readFilter(values);
    const limit = readLimit(values.get("limit"));
    if (typeof filter === "string") return filter;
    if (typeof limit === "string") return limit;
    return unexpected(words) ?? { kind: "list", filter, limit, after: values.get("after") ?? null };
  },
  get([runId, ...rest]) {
    if (runId === undefined) return "Say which run: stepwright runs get RUN";
    return unexpected(rest) ?? { kind: "get", runId };
  },
  tail(words, values) {
    const filter = readFilter(values);
    return unexpected(words) ?? (typeof filter === "string" ? filter : { kind: "tail", filter });
  },
  cancel(runIds, values) {
    if (runIds.length > 0)
      return values.has("function") || values.has("since") || values.has("until") || values.has("if")
        ? "Name runs, or give --function and others, not both"
        : { kind: "cancel", runIds };
    const slug = values.get("function");
    const filter = readFilter(values);
    if (typeof filter === "string") return filter;
    if (slug === undefined)
      return "Say which runs: stepwright runs cancel RUN..., or all of a function with --function FUNCTION";
    return { kind: "cancelAll", slug, since: filter.since, until: filter.until, condition: values.get("if") ?? null };
  },
  rerun([runId, ...rest], values) {
    if (runId === undefined) return "Say which run: stepwright runs rerun RUN";
    const [fromStep = null, input = null, data = null] = ["from-step", "input", "data"].map(
      (name) => values.get(name) ?? null,
    );
    if (input !== null && fromStep === null) return "--input is of a step; say which with --from-step STEP";
    if (input === "-" && data === "-") return "Only one of --input and --data can be on standard input";
    const wait = readWait(values, { isWaiting: values.has("wait") });
    if (typeof wait === "string") return wait;
    return unexpected(rest) ?? { kind: "rerun", runId, fromStep, input, data, wait };
  },
};

/** More than anybody reads; what is read at once is a hundred. */
const limitMax = 10_000;
const limitDefault = 50;

function readLimit(written: string | undefined): number | string {
  if (written === undefined) return limitDefault;
  const limit = /^\d{1,5}$/.test(written) ? Number(written) : 0;
  return limit >= 1 && limit <= limitMax ? limit : `--limit ${written} is no number from 1 to ${limitMax}`;
}

function unexpected([word]: readonly string[]): string | null {
  return word === undefined ? null : `"${word}" is not expected here`;
}

function isVerb(word: string): word is Verb {
  return runsActions.some((action) => action === word);
}
