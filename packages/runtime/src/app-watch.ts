// Keeps apps in sync: adds those that are configured, retries the ones that failed, polls the healthy ones, and looks
// for new ones on local ports.
import { type AppId, headers } from "@stepwright/protocol";
import type { Apps } from "./apps.ts";
import { discoveryIntervalMs, discoveryTimeoutMs } from "./limits.ts";
import type { Shell } from "./shell.ts";

/** The loops. */
export interface AppWatch {
  /** Adds the configured apps and begins the loops. */
  start(): void;
  /** Begins no more syncs; those under way go on. */
  stop(): void;
  readonly isDiscovering: boolean;
}

/** Ports on which people's development servers listen (http-api.md §6.4). */
export const discoveryPorts: readonly number[] = [
  80, 443, 3000, 3001, 3002, 3003, 3004, 3005, 3006, 3007, 3008, 3009, 3010, 4321, 5000, 5173, 8000, 8080, 8081, 8787,
  8888, 8910, 8911, 8912, 8913, 8914, 8915,
];
const discoveryPaths = ["/api/inngest", "/x/inngest", "/.netlify/functions/inngest", "/.redwood/functions/inngest"];

/** A port that answered without being an app is left alone for 1, 2, 4 … up to 12 rounds: every question is a line in somebody's log. */
const quietRoundsMax = 12;

/** Makes the loops. */
export function createAppWatch(shell: Shell, apps: Apps): AppWatch {
  const end = new AbortController();

  const every = async (intervalMs: number, round: () => Promise<void>) => {
    while (!end.signal.aborted) {
      try {
        await round();
      } catch (error) {
        if (!end.signal.aborted) shell.log.warn({ err: error }, "app watch round failed");
      }
      await shell.ports.clock.sleep(intervalMs, end.signal);
    }
  };

  const syncApps = async (isWanted: (status: string) => boolean) => {
    const wanted = [...shell.registry().apps.values()].filter((app) => isWanted(app.status));
    await Promise.all(wanted.map((app) => syncQuietly(app.id)));
  };

  const syncQuietly = async (appId: AppId) => {
    try {
      await apps.sync(appId);
    } catch (error) {
      // The app's own problems are on its record; this is ours, for example an app removed meanwhile.
      shell.log.debug({ err: error, appId }, "app could not be synced now");
    }
  };

  const addQuietly = async (url: string) => {
    try {
      await apps.add(url);
    } catch (error) {
      if (!end.signal.aborted) shell.log.error({ err: error, url }, "app could not be added");
    }
  };

  const isDiscovering = () => shell.settings.discover && !hasSyncedApp(shell);
  const ports = new Map<number, { skip: number; rounds: number }>();

  const discover = async () => {
    if (!isDiscovering()) return;
    for (const port of new Set([...shell.settings.discoverPorts, ...discoveryPorts])) {
      const isOpen = await shell.ports.appClient.isPortOpen(port);
      if (end.signal.aborted) return;
      if (isOpen) await look(port);
      else ports.delete(port);
    }
  };

  const look = async (port: number) => {
    const seen = ports.get(port) ?? { skip: 0, rounds: 1 };
    ports.set(port, seen);
    if (seen.skip > 0) {
      seen.skip -= 1;
      return;
    }
    const url = await findApp(shell, port);
    if (url !== null && !end.signal.aborted) await apps.add(url);
    seen.skip = seen.rounds;
    seen.rounds = Math.min(quietRoundsMax, seen.rounds * 2);
  };

  return {
    start() {
      const { appUrls, pollIntervalMs, syncRetryMs } = shell.settings;
      for (const url of appUrls) void addQuietly(url);
      if (syncRetryMs !== null) void every(syncRetryMs, () => syncApps((status) => status !== "synced"));
      if (pollIntervalMs !== null) void every(pollIntervalMs, () => syncApps((status) => status === "synced"));
      if (shell.settings.discover) void every(discoveryIntervalMs, discover);
    },
    stop: () => end.abort(),
    get isDiscovering() {
      return isDiscovering();
    },
  };
}

function hasSyncedApp(shell: Shell): boolean {
  return [...shell.registry().apps.values()].some((app) => app.status === "synced");
}

/** The URL at which an SDK answers on this port; null when none does. */
async function findApp(shell: Shell, port: number): Promise<string | null> {
  for (const path of discoveryPaths) {
    const url = `http://localhost:${port}${path}`;
    const answer = await shell.ports.appClient.request(
      { method: "GET", url, headers: {}, body: null, timeoutMs: discoveryTimeoutMs, responseBytesMax: 64 * 1024 },
      shell.signal,
    );
    if (answer.kind === "response" && answer.headers[headers.sdk] !== undefined) return url;
    // What does not speak HTTP, or hangs, will not answer better on another path.
    if (answer.kind === "failed") return null;
  }
  return null;
}
