// Databases with many stored runs, built when they are first wanted. A scenario works on a copy, so that one which is kept
// stays as it was built.
import { constants, existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { millis } from "@stepwright/protocol";
import { openSqliteStorage } from "@stepwright/storage-sqlite";
import { buildDatabase } from "./build-database.ts";

/** The databases of one run of the benchmarks. */
export interface Databases {
  /** Works on a copy of a database with this many runs; the copy is removed afterwards. */
  withCopy<T>(runs: number, work: (folder: string) => Promise<T>): Promise<T>;
  /** Builds it if it is not there. */
  prepare(runs: number): Promise<void>;
  /** Removes what is not to be kept. */
  close(): Promise<void>;
}

/** Makes the store; with `root` what was built stays there and is found again, without it is removed at the end. */
export function createDatabases(root: string | null): Databases {
  let temporary: string | null = null;
  const rootFolder = async (): Promise<string> => {
    if (root !== null) return root;
    temporary ??= await mkdtemp(join(tmpdir(), "stepwright-bench-data-"));
    return temporary;
  };
  const prepared = new Map<number, Promise<string>>();
  const prepare = (runs: number): Promise<string> => {
    const known = prepared.get(runs) ?? rootFolder().then((folder) => provide(folder, runs));
    prepared.set(runs, known);
    return known;
  };
  return {
    async prepare(runs) {
      await prepare(runs);
    },
    async withCopy(runs, work) {
      const folder = await prepare(runs);
      const copy = await mkdtemp(join(await rootFolder(), "copy-"));
      try {
        // Where the file system can, the copy shares the blocks of the original.
        await copyFile(join(folder, "main.db"), join(copy, "main.db"), constants.COPYFILE_FICLONE);
        return await work(copy);
      } finally {
        await rm(copy, { recursive: true, force: true });
      }
    },
    async close() {
      if (temporary !== null) await rm(temporary, { recursive: true, force: true });
    },
  };
}

async function provide(root: string, runs: number): Promise<string> {
  const folder = join(root, `runs-${runs}`);
  if (existsSync(folder)) {
    await catchUp(folder);
    return folder;
  }
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  const onProgress = (made: number): void => void process.stderr.write(`  ${made} of ${runs} runs stored\n`);
  await buildDatabase({ folder: unfinished, runs, onProgress });
  await catchUp(unfinished);
  await rename(unfinished, folder);
  return folder;
}

/**
 * Does once what every start that is measured would have to do otherwise: migrates a database of an earlier version, removes
 * the keys that have expired since it was built, which a server would have removed from hour to hour, and indexes its texts.
 */
async function catchUp(folder: string): Promise<void> {
  const now = millis(Date.now());
  const storage = openSqliteStorage({ file: join(folder, "main.db"), synchronous: "full", now });
  let cursor: string | null = null;
  do {
    ({ cursor } = await storage.retention.sweep({ expired: { kind: "keys", before: now }, cursor, weightMax: 10_000 }));
  } while (cursor !== null);
  while (!(await storage.search.catchUp({ weightMax: 1_000 })).isCurrent);
  await storage.close();
}
