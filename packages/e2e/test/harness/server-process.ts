// The real server as a process of its own, on its own data folder: started, killed and started again.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Child, repository, startChild } from "./child.ts";
import { serverApi, type ServerApi } from "./server-api.ts";

/** How to start a server. */
export interface ServerOptions {
  readonly command?: "dev" | "start";
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Default: a new one that is removed when the tests of the file are over. */
  readonly dataDir?: string;
  /** Default: any free one. */
  readonly port?: number;
  /** The signing key, for reading from a server that has one. */
  readonly key?: string;
  readonly eventKey?: string;
  /** Arguments of Node itself. */
  readonly nodeArgs?: readonly string[];
  /** Hears every line of its log. */
  readonly onLine?: (line: string) => void;
}

/** A server in a process of its own. */
export interface ServerProcess extends ServerApi {
  readonly port: number;
  readonly dataDir: string;
  readonly child: Child;
  /** Ends it without a warning, as a crash would. */
  kill(): Promise<void>;
  /** Ends it in order; returns the exit code. */
  stop(): Promise<number | null>;
  /** Starts it again on the same data and the same port. */
  restart(): Promise<ServerProcess>;
}

// `STEPWRIGHT_E2E_BUILT=1` tests what is published; otherwise the sources are run, so nothing has to be built first.
const isBuilt = process.env["STEPWRIGHT_E2E_BUILT"] === "1";
/** The file of the server that is tested. */
export const entry = join(repository, isBuilt ? "apps/server/dist/stepwright.cjs" : "apps/server/src/main.ts");
/** What Node needs to run it. */
export const nodeArgs = isBuilt ? [] : ["--conditions=@stepwright/source"];

/** Starts a server process without waiting for it: for starts that are meant to fail. */
export function startServerChild(options: ServerOptions & { readonly dataDir: string }): Child {
  const { command = "dev", args = [], port = 0, dataDir, onLine } = options;
  const discovery = command === "dev" ? ["--no-discovery"] : [];
  const data = args.includes("--virtual-clock") ? [] : ["--data-dir", dataDir];
  return startChild({
    file: entry,
    nodeArgs: [...nodeArgs, ...(options.nodeArgs ?? [])],
    // Tests of apps that are not there must not wait until the server stops waiting for them.
    args: [command, "-p", String(port), ...data, "--startup-grace", "0", "--app-wait", "0", ...discovery, ...args],
    // A folder of its own: no configuration file lies above it.
    cwd: tmpdir(),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(onLine === undefined ? {} : { onLine }),
  });
}

/** Runs a command that ends by itself. */
export async function runCli(
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly lines: readonly string[] }> {
  const child = startChild({ file: entry, nodeArgs, args, cwd: tmpdir() });
  const code = await child.ended;
  return { code, lines: child.lines() };
}

/** Starts a server and waits until it answers. */
export async function startServer(options: ServerOptions & { readonly dataDir: string }): Promise<ServerProcess> {
  const child = startServerChild(options);
  const [, port = ""] = await child.waitForOutput(/"url":"http:\/\/[^"]*:(\d+)".*"server started"/);
  if (options.port !== undefined && String(options.port) !== port) {
    await child.end("SIGKILL");
    throw new Error(`port ${options.port} was taken by another program meanwhile`);
  }
  const api = serverApi(`http://localhost:${port}`, {
    key: options.key ?? null,
    ...(options.eventKey === undefined ? {} : { eventKey: options.eventKey }),
  });
  return {
    ...api,
    port: Number(port),
    dataDir: options.dataDir,
    child,
    async kill() {
      await child.end("SIGKILL");
    },
    stop: () => child.end("SIGTERM"),
    restart: () => startServer({ ...options, port: Number(port) }),
  };
}
