// The database addon of the single binary: written to a folder once per version, and loaded from there.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { dataFolderUnusable } from "@stepwright/protocol";
import { isBinary, readBinaryAsset } from "./binary.ts";

const addonAsset = "better_sqlite3.node";

/** The addon, and the file that it was loaded from. */
export interface LoadedAddon {
  readonly file: string;
  readonly addon: object;
}

/**
 * Loads the addon out of the binary, by way of a folder in the user's cache; null when this process is not the binary and the addon lies in `node_modules`.
 *
 * The operating system loads addons from files only. The file is named by its content, so versions do not meet, and moved
 * into place, so that a server starting at the same moment never loads half of it. A folder that cannot be written or that
 * does not allow to run code (`noexec`) is passed over.
 */
export function loadAddon(userCacheDir: string | null): LoadedAddon | null {
  if (!isBinary()) return null;
  const bytes = readBinaryAsset(addonAsset);
  if (bytes === null) throw new Error(`the binary carries no ${addonAsset}`);
  const name = `stepwright-${digestOf(bytes).slice(0, 16)}.node`;
  const folders = [userCacheDir ?? join(homedir(), ".cache"), tmpdir(), process.cwd()].map((folder) =>
    join(folder, "stepwright"),
  );
  const failures: string[] = [];
  for (const folder of folders) {
    try {
      return loadFrom(join(folder, name), bytes);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw dataFolderUnusable({ folder: folders.join(", "), reason: failures.join("; ") });
}

function loadFrom(file: string, bytes: Buffer): LoadedAddon {
  // A file of that name may be somebody else's, in a folder that everybody can write: only the same bytes are loaded.
  if (!existsSync(file) || digestOf(readFileSync(file)) !== digestOf(bytes)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, bytes, { mode: 0o700 });
    renameSync(draft, file);
  }
  const addon: unknown = createRequire(file)(file);
  if (typeof addon !== "object" || addon === null) throw new Error(`${file} is not a database addon`);
  return { file, addon };
}

function digestOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
