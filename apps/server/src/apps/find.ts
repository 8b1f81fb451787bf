// Finds an app of a server by what people call it.
import { type ApiApp, isAppUrl, normalizeAppUrl } from "@stepwright/protocol";
import { nearest } from "../nearest.ts";
import type { ServerClient } from "../remote/server-client.ts";

/** Reads all apps. */
export function readAppList(client: ServerClient) {
  return client.ask<{ readonly items: readonly ApiApp[] }>("GET", "/api/apps");
}

/** The app by that name, id or URL; null when there is none. */
export function findApp(apps: readonly ApiApp[], word: string): ApiApp | null {
  const named = apps.find(({ id, name }) => id === word || name === word);
  if (named !== undefined || !looksLikeUrl(word)) return named ?? null;
  const url = normalizeAppUrl(word);
  return apps.find((app) => app.url === url) ?? null;
}

/** Says whether a word is meant as a URL and not as a name. */
export function looksLikeUrl(word: string): boolean {
  return /^https?:\/\/|^[\w.-]+:\d+|\//.test(word) && isAppUrl(word);
}

/** That there is no such app, in a sentence. */
export function noSuchApp(apps: readonly ApiApp[], word: string): string {
  const meant = nearest(
    word,
    apps.map(({ name }) => name),
  );
  return `the server knows no app "${word}"${meant === null ? "" : `; did you mean ${meant}?`}`;
}
