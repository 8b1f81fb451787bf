// Syncs the apps that a server on a virtual clock was told of, in real time: they may start after it.
import { setTimeout as pause } from "node:timers/promises";
import type { Runtime } from "@stepwright/runtime";

/** Looks again this often; a person who starts an app does not see the difference. */
const againMs = 500;

/** Tries each URL until its app is synced, or until it is stopped. What goes wrong is logged by the runtime, and shown on the page. */
export function keepSyncing(urls: readonly string[], apps: () => Runtime["apps"]): { stop(): void } {
  const stopping = new AbortController();
  const { signal } = stopping;

  const keepTrying = async (url: string): Promise<void> => {
    while (!signal.aborted && !(await isSynced(apps, url)))
      await pause(againMs, undefined, { signal, ref: false }).catch(() => {});
  };
  for (const url of urls) void keepTrying(url);
  return { stop: () => stopping.abort() };
}

async function isSynced(apps: () => Runtime["apps"], url: string): Promise<boolean> {
  try {
    return (await apps().add(url)).problem === null;
  } catch {
    // Such as an engine that a test has just killed; the next one is asked in a moment.
    return false;
  }
}
