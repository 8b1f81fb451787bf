// The data of a simulated world: a real database file, in memory where the system has such a place.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { millis } from "@stepwright/protocol";
import { openSqliteStorage } from "@stepwright/storage-sqlite";
import type { Server } from "./server.ts";
import { worldStart } from "./simulated-clock.ts";
import { openView, type View } from "./view.ts";

/** A folder that lives as long as the world. */
export interface WorldData {
  readonly file: string;
  /** Opened when it is asked for. */
  readonly view: () => View;
  closeView(): void;
  /** Ends the last process and removes the folder. */
  close(server: Server): Promise<void>;
}

const memoryFolder = "/dev/shm";

/** Makes the folder, with a database that is as good as new. */
export function createData(): WorldData {
  const folder = makeFolder();
  const file = join(folder, "stepwright.db");
  writeFileSync(file, newDatabase());
  let view: View | null = null;
  return {
    file,
    view() {
      view ??= openView(file);
      return view;
    },
    closeView() {
      view?.close();
      view = null;
    },
    async close(server) {
      server.kill(0);
      view?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An empty database. Made once: the schema would take a tenth of the time of a seed. */
let made: Buffer | null = null;

function newDatabase(): Buffer {
  if (made !== null) return made;
  const folder = makeFolder();
  const file = join(folder, "stepwright.db");
  void openSqliteStorage({ file, synchronous: "normal", now: millis(worldStart) }).close();
  made = readFileSync(file);
  rmSync(folder, { recursive: true });
  return made;
}

function makeFolder(): string {
  return mkdtempSync(join(existsSync(memoryFolder) ? memoryFolder : tmpdir(), "stepwright-simulation-"));
}
