// The log: JSON lines on stdout, or short readable lines made of them on a terminal.
import process from "node:process";
import { pino, type Logger } from "pino";
import type { Config } from "./config.ts";
import { openLineWriter } from "./line-writer.ts";
import { readableLine } from "./readable-line.ts";

/** The log of the process. */
export interface OpenLog {
  readonly log: Logger;
  /** Resolves when what is buffered is written out; the last thing to do before the process ends. */
  drain(): Promise<void>;
  /** The same at once, for a process that is broken. */
  flush(): void;
}

/** Bytes of lines that wait for a reader that is stuck; what comes after that is dropped, rather than kept until there is no memory. */
const waitingBytesMax = 16 * 1024 * 1024;

/** Opens the log. Lines are buffered while stdout is busy, so that a slow reader of the log does not slow down the server. */
export function openLog(o: { readonly level: Config["logLevel"]; readonly isTerminal: boolean }): OpenLog {
  const options = { level: o.level, base: null };
  if (o.isTerminal) {
    const write = (line: string): void => void process.stdout.write(readableLine(line));
    return { log: pino(options, { write }), drain: async () => {}, flush: () => {} };
  }
  // Whoever read the log may be gone: that is no reason to stop working, nor to go on for ever.
  const lines = openLineWriter(1, { bytesMax: waitingBytesMax });
  return { log: pino(options, lines), drain: () => lines.drain(), flush: () => lines.flush() };
}
