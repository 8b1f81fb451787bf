// Looks at an app: by itself, and through the server.
import { type ApiApp, normalizeAppUrl } from "@stepwright/protocol";
import { findApp, readAppList } from "../apps/find.ts";
import type { ServerAnswer, ServerClient } from "../remote/server-client.ts";
import { type AppFacts, findInApp } from "./app-findings.ts";
import { askAppName } from "./app-name.ts";
import { findServePath, isSdk, lookAtApp } from "./app-look.ts";
import { readInfo } from "./examine-server.ts";
import type { Asked, Examined } from "./examined.ts";
import { unanswered } from "./server-findings.ts";

/** Looks at the app at a URL. A server that cannot be asked is a finding beside what is seen of the app. */
export async function examineApp(asked: Asked, word: string): Promise<Examined> {
  const url = normalizeAppUrl(word);
  const { client } = asked;
  const seen = await seeApp(asked, url);
  const knows = await askServer(asked, { url, seen });
  const known = knows.kind === "failed" ? { server: null, app: null } : knows.value;
  const trouble = knows.kind === "failed" ? [unanswered(knows)] : [];
  const findings = [...trouble, ...findInApp({ url, ...seen, ...known })];
  const functions = known.app?.functionCount ?? 0;
  return { findings, well: `Nothing found: the app at ${url} is synced with ${client.url}, ${functions} functions.` };
}

type Seen = Pick<AppFacts, "look" | "signedLook" | "foundAt">;

async function seeApp({ signingKey, terminal }: Asked, url: string): Promise<Seen> {
  const { signal, now } = terminal;
  const look = await lookAtApp(url, { signingKey: null, signal, now });
  const hasAnswered = look.kind === "answer";
  return {
    look,
    signedLook: signingKey === null || !hasAnswered ? null : await lookAtApp(url, { signingKey, signal, now }),
    foundAt: hasAnswered && !isSdk(look) ? await findServePath(url, { signal, now }) : null,
  };
}

type Known = Pick<AppFacts, "server" | "app">;

/** What the server knows. An app that it knows is synced, so that what it says is of now. */
async function askServer(
  asked: Asked,
  { url, seen }: { readonly url: string; readonly seen: Seen },
): Promise<ServerAnswer<Known>> {
  const { client } = asked;
  const info = await readInfo(client);
  if (info.kind === "failed") return info;
  const list = await readAppList(client);
  if (list.kind === "failed") return list;
  const server = { url: client.url, mode: info.value.mode };
  const apps = list.value.items;
  const known = findApp(apps, url) ?? (await findByName(asked, { url, seen, apps }));
  if (known === null) return { kind: "answer", value: { server, app: null } };
  const synced = await sync(client, known);
  if (synced.kind === "failed") return synced;
  // It has just told another address: whether it is reached there is what counts.
  const app = synced.value.url === known.url ? synced : await sync(client, synced.value);
  return app.kind === "failed" ? app : { kind: "answer", value: { server, app: app.value } };
}

/** The app as the server may know it at another address. */
async function findByName(
  { terminal }: Asked,
  { url, seen, apps }: { readonly url: string; readonly seen: Seen; readonly apps: readonly ApiApp[] },
): Promise<ApiApp | null> {
  const { look, signedLook } = seen;
  if (apps.length === 0 || look.kind !== "answer" || !isSdk(look)) return null;
  const signed = signedLook?.kind === "answer" ? signedLook : null;
  const name = await askAppName(url, { look, signedLook: signed, signal: terminal.signal });
  return apps.find((app) => app.name === name) ?? null;
}

function sync(client: ServerClient, { id }: ApiApp): Promise<ServerAnswer<ApiApp>> {
  return client.ask<ApiApp>("POST", `/api/apps/${id}/sync`, undefined, { isSync: true });
}
