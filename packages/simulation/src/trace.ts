// What happened in a simulation, line by line, with a hash that tells whether two of them went the same way.
import { createHash } from "node:crypto";

/** The trace of one seed. */
export interface Trace {
  /** Adds a line; `at` is the time since the world began. */
  add(at: number, line: string): void;
  readonly lines: readonly string[];
  /** Of all lines so far. */
  hash(): string;
}

/** Makes an empty trace. */
export function createTrace(): Trace {
  const lines: string[] = [];
  return {
    lines,
    add(at, line) {
      lines.push(`${(at / 1_000).toFixed(3).padStart(9)} ${line}`);
    },
    hash() {
      const digest = createHash("sha256");
      for (const line of lines) digest.update(line).update("\n");
      return digest.digest("hex").slice(0, 16);
    },
  };
}
