// Writes lines to a descriptor whose reader may be slow, stuck or gone, and never waits for it but for a moment at the end.
//
// In place of pino's own destination, whose last flush tries again and again, with the process asleep in between, when the reader is
// gone (sonic-boom 4.2): such a server could only be killed.
import { write, writeSync } from "node:fs";

/** Where lines go. */
export interface LineWriter {
  /** Takes a line; it is dropped when too much waits already, or nobody will read it. */
  write(line: string): void;
  /** Resolves when everything is written, or the reader has not taken it within a second. */
  drain(): Promise<void>;
  /**
   * Writes out what waits, at once; gives up as `drain` does. For a process that must do nothing else any more: a line that is on its
   * way meanwhile may be broken by those behind it.
   */
  flush(): void;
}

/** How long the end of the process waits for a reader. */
const patienceMs = 1_000;
/** How long a full pipe is left alone. */
const retryMs = 10;

/** Opens a writer; at most so many bytes wait. */
export function openLineWriter(fd: number, { bytesMax }: { readonly bytesMax: number }): LineWriter {
  let waiting: string[] = [];
  let bytes = 0;
  /** What is being written, and whether that is in the hands of the system. */
  let current = Buffer.alloc(0);
  let isWriting = false;
  let isGone = false;
  let settled = (): void => {};

  const forget = (): void => {
    isGone = true;
    waiting = [];
    current = Buffer.alloc(0);
    bytes = 0;
    settled();
  };
  const go = (): void => {
    if (isWriting || isGone) return;
    if (current.length === 0) {
      if (waiting.length === 0) return settled();
      current = Buffer.from(waiting.join(""));
      waiting = [];
    }
    isWriting = true;
    write(fd, current, (error, count) => {
      isWriting = false;
      if (error !== null && !isBusy(error)) return forget();
      bytes -= count;
      current = current.subarray(count);
      if (error === null) go();
      // A line that nobody reads keeps no process.
      else setTimeout(go, retryMs).unref();
    });
  };

  return {
    write(line) {
      if (isGone || bytes + line.length > bytesMax) return;
      waiting.push(line);
      bytes += Buffer.byteLength(line);
      go();
    },
    async drain() {
      if (isGone || (!isWriting && current.length === 0 && waiting.length === 0)) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      settled = resolve;
      const timer = setTimeout(resolve, patienceMs);
      await promise;
      clearTimeout(timer);
    },
    flush() {
      if (isGone) return;
      // What is in the hands of the system is on its way, and would come twice.
      let rest = Buffer.concat([isWriting ? Buffer.alloc(0) : current, Buffer.from(waiting.join(""))]);
      waiting = [];
      const until = performance.now() + patienceMs;
      while (rest.length > 0) {
        try {
          rest = rest.subarray(writeSync(fd, rest));
        } catch (error) {
          if (!isBusy(error) || performance.now() > until) return forget();
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs);
        }
      }
    },
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EAGAIN" || error.code === "EBUSY");
}
