// What a test file starts and must end: servers and programs, whatever happens in its tests.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, vi } from "vitest";
import { type Child, type Program, startChild } from "./child.ts";
import { type ServerOptions, type ServerProcess, startServer } from "./server-process.ts";

/** Starts a server before the tests of the file and ends it after them. The result stands for it from then on. */
export function useServer(options: Omit<ServerOptions, "dataDir"> = {}): ServerProcess {
  allowTime();
  const dataDir = temporaryFolder();
  let server: ServerProcess | null = null;
  beforeAll(async () => {
    server = await startServer({ ...options, dataDir });
  });
  afterAll(async () => {
    await server?.child.end("SIGKILL");
  });
  return new Proxy({} as ServerProcess, {
    get(_target, name: keyof ServerProcess) {
      if (server === null) throw new Error("the server has not been started yet: use it inside tests only");
      return server[name];
    },
  });
}

/** Servers and programs of one file; all of them are ended after its tests. */
export interface Scope {
  startServer(options?: Partial<ServerOptions>): Promise<ServerProcess>;
  restart(server: ServerProcess): Promise<ServerProcess>;
  startChild(program: Program): Child;
  folder(): string;
}

/** Makes the scope of a file; call it at its top level. */
export function useScope(): Scope {
  allowTime();
  const children: Child[] = [];
  // One folder around all: hooks cannot be added inside a test, and a hook removes it.
  const top = temporaryFolder();
  let folders = 0;
  afterAll(async () => {
    await Promise.all(children.map((child) => child.end("SIGKILL")));
  });
  const keep = (server: ServerProcess): ServerProcess => {
    children.push(server.child);
    return server;
  };
  const folder = (): string => `${top}/${++folders}`;
  return {
    folder,
    startServer: async (options = {}) => keep(await startServer({ dataDir: folder(), ...options })),
    restart: async (server) => keep(await server.restart()),
    startChild(program) {
      const child = startChild(program);
      children.push(child);
      return child;
    },
  };
}

/** A folder that is removed when the tests of the file are over. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "stepwright-e2e-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Processes start, and some features wait for real seconds. */
function allowTime(): void {
  vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
}
