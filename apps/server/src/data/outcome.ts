// How a command on a database file ends, and the words for it.

/** What to print, and the exit code; a failure is one sentence. */
export type DataOutcome =
  | { readonly kind: "done"; readonly text: string; readonly exitCode: number }
  | { readonly kind: "failed"; readonly message: string; readonly exitCode: number };

/** A failure in one sentence. */
export function failed(message: string, exitCode = 1): DataOutcome {
  return { kind: "failed", message, exitCode };
}

/** Why something went wrong, in the words of whoever threw it. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A size such as `12.3 MB`. */
export function sizeText(bytes: number): string {
  const units = ["kB", "MB", "GB", "TB"] as const;
  let size = bytes / 1_000;
  let unit = 0;
  while (size >= 1_000 && unit < units.length - 1) {
    size /= 1_000;
    unit += 1;
  }
  return `${size.toFixed(size < 10 ? 1 : 0)} ${units[unit] ?? ""}`;
}

/** A number with its noun, such as `1 run` or `2,000 runs`. */
export function countText(count: number, one: string, many: string): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
