// Saves a run as a file that the dashboard opens.
import { createHash } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { savedRunText } from "@stepwright/protocol";
import { runOf, type RunLike } from "./run-like.ts";
import { lastKnownAt } from "./run-times.ts";

/** What is saved with a run. */
export interface SaveRunOptions {
  /** What the run's clock shows; default: the last time at which something has happened in the run. */
  readonly now?: number;
  /** The test that it is saved for; the dashboard shows it. */
  readonly test?: string;
  /** File of that test, so that tests of one name in several files do not overwrite each other's runs. */
  readonly testFile?: string;
}

/** Bytes of each of the two words of a file's name; file systems end at 255. */
const wordBytesMax = 100;

/**
 * Saves a run and returns the path of the file.
 *
 * A place that ends in `.json` is a file; anything else is a folder, in which the file is named after the function and the
 * test, or after the run without one. Folders are made, and a file of that name is replaced.
 */
export function saveRun(received: RunLike, place: string, options: SaveRunOptions = {}): string {
  const run = runOf(received);
  const { test = null } = options;
  const file = resolve(place.endsWith(".json") ? place : join(place, fileName(run, options)));
  mkdirSync(dirname(file), { recursive: true });
  const text = savedRunText({ savedAt: Math.max(options.now ?? 0, lastKnownAt(run)), test, run });
  // Written beside and renamed, so that whoever watches the folder never reads half of one.
  const unfinished = `${file}.${process.pid}.tmp`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
  return file;
}

function fileName(
  { functionSlug, id }: { readonly functionSlug: string; readonly id: string },
  o: SaveRunOptions,
): string {
  if (o.test === undefined) return `${fileWord(functionSlug)}-${fileWord(id)}.json`;
  // Ids are drawn from the engine's seed, so runs of different tests may have the same one.
  const hash = createHash("sha256")
    .update(JSON.stringify([o.testFile, o.test, id]))
    .digest("hex")
    .slice(0, 8);
  return `${fileWord(functionSlug)}-${fileWord(o.test)}-${hash}.json`;
}

/** Makes a text fit to be a part of a file's name everywhere. */
function fileWord(text: string): string {
  const word = text.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-").replaceAll(/^[-.]+|[-.]+$/g, "");
  // The cut may fall into a character.
  return Buffer.from(word).subarray(0, wordBytesMax).toString().replaceAll("\uFFFD", "") || "run";
}
