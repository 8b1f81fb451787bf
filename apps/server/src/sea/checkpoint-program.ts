// The program of the thread that checkpoints the log: a file beside the store, or an asset of the single binary.
import type { ThreadParts } from "@stepwright/storage-sqlite";
import type { LoadedAddon } from "./addon.ts";
import { readBinaryAsset } from "./binary.ts";

/** What the thread is made of; without an addon of the binary, it lies in the files of the packages. */
export function checkpointThreadParts(loaded: LoadedAddon | null): ThreadParts {
  if (loaded === null) return { code: null, addonFile: null };
  const code = readBinaryAsset("checkpoint-program.cjs");
  if (code === null) throw new Error("the binary carries no checkpoint-program.cjs");
  return { code: code.toString("utf8"), addonFile: loaded.file };
}
