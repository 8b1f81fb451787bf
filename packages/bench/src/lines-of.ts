// Reads a stream of text line by line.
import type { Readable } from "node:stream";

/** Calls `onLine` for every line that ends with a newline. */
export function linesOf(stream: Readable, onLine: (line: string) => void): void {
  let rest = "";
  stream.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString("utf8")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
}
