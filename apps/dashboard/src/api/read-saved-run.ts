// Reads a run from a file that a person has chosen. Loaded when the first one is: nothing else here checks what it reads.
import "./without-eval.ts";
import { parseSavedRun, savedRunBytesMax, type ParsedSavedRun } from "@stepwright/protocol";

/** Reads and checks it; the reason of a refusal is fit to be shown. */
export async function readSavedRun(file: File): Promise<ParsedSavedRun> {
  if (file.size > savedRunBytesMax) {
    const size = `${Math.ceil(file.size / 1024 / 1024)} MiB`;
    return {
      kind: "rejected",
      reason: `the file has ${size}, and a saved run has ${savedRunBytesMax / 1024 / 1024} MiB at most`,
    };
  }
  try {
    return parseSavedRun(await file.text());
  } catch (error) {
    // A folder, a file that has gone, or one that must not be read.
    return {
      kind: "rejected",
      reason: `the file could not be read: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}
