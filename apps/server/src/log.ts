// The log: JSON lines on stdout, or short readable lines made of them on a terminal.
import process from "node:process";
import { pino, type Logger } from "pino";
import type { Config } from "./config.ts";
import { readableLine } from "./readable-line.ts";

/** The log of the process. */
export interface OpenLog {
  readonly log: Logger;
  /** Writes out what is buffered; the last thing to do before the process ends. */
  flush(): void;
}

/** Bytes of lines that wait for a reader that is stuck; what comes after that is dropped, rather than kept until there is no memory. */
const waitingBytesMax = 16 * 1024 * 1024;

/** Opens the log. Lines are buffered while stdout is busy, so that a slow reader of the log does not slow down the server. */
export function openLog(o: { readonly level: Config["logLevel"]; readonly isTerminal: boolean }): OpenLog {
  const options = { level: o.level, base: null };
  if (o.isTerminal) {
    const write = (line: string): void => void process.stdout.write(readableLine(line));
    return { log: pino(options, { write }), flush: () => {} };
  }
  const destination = pino.destination({ dest: 1, sync: false, maxLength: waitingBytesMax });
  // Whoever read the log is gone: that is no reason to stop working.
  destination.on("error", () => {});
  return { log: pino(options, destination), flush: () => flushQuietly(destination) };
}

function flushQuietly(destination: { flushSync(): void }): void {
  try {
    destination.flushSync();
  } catch {
    // The descriptor is not open yet or not any more; there is nothing that could be written to.
  }
}
