// What really ran: an append-only file that the app writes before a step returns. One write per line, so that a line is
// there whole or not at all when the app is killed.
import { openSync, readFileSync, writeSync } from "node:fs";

/** A line of the ledger. */
export type Line =
  /** The code of a step ran and gave this token as its result, or threw. */
  | {
      readonly kind: "step";
      readonly runId: string;
      readonly step: string;
      /** Unique to this execution. */
      readonly token: string;
      readonly attempt: number;
      readonly at: number;
      readonly threw: boolean;
      /** Results of earlier steps as this execution was given them. */
      readonly seen: Readonly<Record<string, string>>;
    }
  /** A call of a limited function came in. */
  | { readonly kind: "enter"; readonly call: string; readonly runId: string; readonly at: number }
  /** It was answered, or its connection is gone. */
  | { readonly kind: "leave"; readonly call: string; readonly at: number; readonly how: "answered" | "gone" };

/** The writing end. */
export interface Ledger {
  /** Writes an execution down and returns its result. */
  execute(o: {
    readonly runId: string;
    readonly step: string;
    readonly attempt: number;
    readonly seen: Readonly<Record<string, string>>;
    readonly threw?: boolean;
  }): string;
  write(line: Line): void;
  /** A name that no other boot or call of any app has. */
  unique(): string;
}

/** Opens the ledger for appending; several processes may. */
export function openLedger(file: string): Ledger {
  const descriptor = openSync(file, "a");
  let count = 0;
  const unique = (): string => `${process.pid}.${process.hrtime.bigint().toString(36)}.${++count}`;
  const write = (line: Line): void => void writeSync(descriptor, `${JSON.stringify(line)}\n`);
  return {
    unique,
    write,
    execute({ threw = false, ...execution }) {
      const token = unique();
      write({ kind: "step", ...execution, threw, token, at: Date.now() });
      return token;
    },
  };
}

/** Reads lines from a byte on; returns them and where to go on. A last line that is still being written is left. */
export function readLedger(file: string, from: number): { readonly lines: readonly Line[]; readonly next: number } {
  const bytes = readFileSync(file).subarray(from);
  const end = bytes.lastIndexOf(10) + 1;
  const text = bytes.subarray(0, end).toString("utf8");
  return {
    lines: text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Line])),
    next: from + end,
  };
}
