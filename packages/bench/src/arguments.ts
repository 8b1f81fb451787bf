// The command line of the benchmarks.
import { parseArgs } from "node:util";
import type { Size } from "./scenario.ts";

/** What is wanted. */
export interface Arguments {
  /** What is no option: names of scenarios (none: all), or files. */
  readonly words: readonly string[];
  readonly size: Size;
  readonly synchronous: "full" | "normal";
  /** How often everything is measured; the report has the median of each figure. */
  readonly repeat: number;
  readonly json: string | null;
  readonly markdown: string | null;
  /** Appends to the committed history. */
  readonly isRecorded: boolean;
  /** Replaces the figures in docs/performance.md. */
  readonly isForDocs: boolean;
  /** Folder for CPU profiles of the server; null: none are taken. */
  readonly profileFolder: string | null;
  readonly data: string | null;
}

export const usage = `bench [scenario …] [options]       measures; without a name everything
bench report FILE … [options]      shows reports that --json wrote; with --docs, --record and --markdown as if measured now
bench compare A B                  compares two commits of the history, or two files written by --json
bench build N --data DIR           builds a database of N stored runs there, if it is not there yet
bench list                         says what there is

  --smoke             a tiny size that shows that everything works; the figures mean nothing
  --normal            synchronous=NORMAL instead of FULL, for server and floor
  --repeat N          measures N times and reports the median of each figure
  --json FILE         writes the report as JSON, after each scenario what is known
  --markdown FILE     writes the table as Markdown
  --record            appends one line per figure to packages/bench/history
  --docs              replaces the figures in docs/performance.md
  --cpu-profile DIR   writes a .cpuprofile of the server (and of the floor) for what is measured; costs about 5 %
  --data DIR          builds big databases there, and uses those that are there
`;

/** The command line asks for what there is not; the message says so in a sentence. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Reads the command line. Throws a `UsageError` when it cannot be understood. */
export function readArguments(words: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      smoke: { type: "boolean", default: false },
      normal: { type: "boolean", default: false },
      repeat: { type: "string", default: "1" },
      json: { type: "string" },
      markdown: { type: "string" },
      record: { type: "boolean", default: false },
      docs: { type: "boolean", default: false },
      "cpu-profile": { type: "string" },
      data: { type: "string" },
    },
  });
  const repeat = Number(values.repeat);
  if (!Number.isInteger(repeat) || repeat < 1)
    throw new UsageError(`--repeat ${values.repeat}: give a whole number from 1 up`);
  return {
    words: positionals,
    size: values.smoke ? "smoke" : "full",
    synchronous: values.normal ? "normal" : "full",
    repeat,
    json: values.json ?? null,
    markdown: values.markdown ?? null,
    isRecorded: values.record,
    isForDocs: values.docs,
    profileFolder: values["cpu-profile"] ?? null,
    data: values.data ?? null,
  };
}
