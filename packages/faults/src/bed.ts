// What a row of rounds works on: one folder, one server, the apps, and the links between all of them.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { addApp } from "./api.ts";
import { type AppName, appNames } from "./apps/kinds.ts";
import { type Child, startChild } from "@stepwright/test-parts";
import { type Link, openLink } from "./link.ts";
import { keys, type Server, type ServerOptions, startServer, startServerChild } from "./server.ts";

/** The bed. Its parts change when they are started again. */
export interface Bed {
  readonly folder: string;
  readonly databaseFile: string;
  readonly ledgerFile: string;
  /** From senders and apps to the server. */
  readonly serverLink: Link;
  /** From the server to each app. */
  readonly appLinks: Readonly<Record<AppName, Link>>;
  /** The way senders and apps take. */
  readonly serverUrl: string;
  /** The server as it runs now, without a link in between; waits while it is being started again. */
  server(): Promise<Server>;
  app(name: AppName): Child;
  /**
   * Ends the server without a warning and starts it again on its folder. Each of `startingMs` is a start that is ended
   * after so many milliseconds, wherever in its boot that is.
   */
  crashServer(startingMs?: readonly number[]): Promise<void>;
  /** Asks the server to stop and starts it again. */
  restartServer(): Promise<void>;
  crashApp(name: AppName): Promise<void>;
  /** Counts what has gone through the links. */
  traffic(): number;
  close(): Promise<void>;
}

const serverArguments = [
  ["--synchronous", "full"],
  ["--poll-interval", "0"],
  // Twenty retries of half a second outlast any fault of the harness.
  ["--retry-interval", "0.5"],
  ["--no-retry-jitter"],
].flat();

/** Starts everything on an empty folder and syncs the apps; by default all of them, and the server without a hindrance. */
export async function openBed(
  folder: string,
  o: {
    readonly apps?: readonly AppName[];
    readonly hindrance?: Pick<ServerOptions, "fileBlocksMax" | "env">;
  } = {},
): Promise<Bed> {
  const names = o.apps ?? appNames;
  const dataDir = join(folder, "data");
  mkdirSync(dataDir, { recursive: true });
  const ledgerFile = join(folder, "ledger.jsonl");
  let traffic = 0;
  const count = (): void => void (traffic += 1);
  const serverLink = await openLink(count);
  const links = await Promise.all(appNames.map(async (name) => [name, await openLink(count)] as const));
  const appLinks = Object.fromEntries(links) as Record<AppName, Link>;
  const serverUrl = `http://127.0.0.1:${serverLink.port}`;

  const options: ServerOptions = { dataDir, args: serverArguments, ...o.hindrance };
  const start = async (): Promise<Server> => {
    const server = await startServer(options);
    serverLink.aim(server.port);
    return server;
  };
  let server = start();
  const apps = new Map<AppName, Child>();
  const startApp = async (name: AppName): Promise<void> => {
    const child = startAppChild(name, { ledgerFile, serverUrl });
    apps.set(name, child);
    const [, port = ""] = await child.line(/serving on (\d+)/);
    appLinks[name].aim(Number(port));
  };
  const app = (name: AppName): Child => {
    const child = apps.get(name);
    if (child === undefined) throw new Error(`app ${name} was not started`);
    return child;
  };

  await Promise.all([server, ...names.map(startApp)]);
  for (const name of names) await addApp((await server).url, `http://127.0.0.1:${appLinks[name].port}/api/inngest`);

  return {
    folder,
    databaseFile: join(dataDir, "main.db"),
    ledgerFile,
    serverLink,
    appLinks,
    serverUrl,
    server: () => server,
    app,
    async crashServer(startingMs = []) {
      const { child } = await server;
      serverLink.aim(null);
      server = (async () => {
        await child.end("SIGKILL");
        for (const ms of startingMs) await endWhileStarting(startServerChild(options), ms);
        return start();
      })();
      await server;
    },
    async restartServer() {
      const { child } = await server;
      server = child.end("SIGTERM").then(start);
      await server;
    },
    async crashApp(name) {
      appLinks[name].aim(null);
      await app(name).end("SIGKILL");
      await startApp(name);
    },
    traffic: () => traffic,
    async close() {
      await Promise.all([...apps.values()].map((child) => child.end("SIGKILL")));
      // One that did not come up has ended.
      await server.then(({ child }) => child.end("SIGKILL")).catch(() => null);
      await Promise.all([serverLink, ...Object.values(appLinks)].map((link) => link.close()));
    },
  };
}

async function endWhileStarting(child: Child, ms: number): Promise<void> {
  await pause(ms);
  await child.end("SIGKILL");
}

function startAppChild(name: AppName, o: { readonly ledgerFile: string; readonly serverUrl: string }): Child {
  const file = (path: string): string => fileURLToPath(new URL(`./apps/${path}`, import.meta.url));
  const program = name === "raw" ? [file("raw-app.ts")] : [file("sdk-app.ts"), name];
  return startChild({
    command: process.execPath,
    args: [...program, o.ledgerFile, o.serverUrl],
    env: {
      INNGEST_SIGNING_KEY: keys.signing,
      INNGEST_EVENT_KEY: keys.event,
      INNGEST_BASE_URL: o.serverUrl,
      INNGEST_DEV: "0",
    },
  });
}
