// Looks at an app: by itself, and through the server.
import { type ApiApp, normalizeAppUrl } from "@stepwright/protocol";
import { findApp, readAppList } from "../apps/find.ts";
import type { ServerAnswer, ServerClient } from "../remote/server-client.ts";
import { type AskedServer, findInApp } from "./app-findings.ts";
import { findServePath, isSdk, lookAtApp } from "./app-look.ts";
import { readInfo } from "./examine-server.ts";
import type { Asked, Examined } from "./examined.ts";
import { unanswered } from "./server-findings.ts";

/** Looks at the app at a URL. A server that cannot be asked is a finding beside what is seen of the app. */
export async function examineApp({ client, signingKey, terminal }: Asked, word: string): Promise<Examined> {
  const url = normalizeAppUrl(word);
  const { signal, now } = terminal;
  const look = await lookAtApp(url, { signingKey: null, signal, now });
  const signedLook =
    signingKey === null || look.kind !== "answer" ? null : await lookAtApp(url, { signingKey, signal, now });
  const foundAt = look.kind === "answer" && !isSdk(look) ? await findServePath(url, { signal, now }) : null;
  const asked = await askServer(client, url);
  const known = asked.kind === "failed" ? { server: null, app: null } : asked.value;
  const trouble = asked.kind === "failed" ? [unanswered(asked)] : [];
  const findings = [...trouble, ...findInApp({ url, look, signedLook, foundAt, ...known })];
  const functions = known.app?.functionCount ?? 0;
  return { findings, well: `Nothing found: the app at ${url} is synced with ${client.url}, ${functions} functions.` };
}

/** What the server knows. An app that it knows is synced, so that what it says is of now. */
async function askServer(
  client: ServerClient,
  url: string,
): Promise<ServerAnswer<{ readonly server: AskedServer; readonly app: ApiApp | null }>> {
  const info = await readInfo(client);
  if (info.kind === "failed") return info;
  const list = await readAppList(client);
  if (list.kind === "failed") return list;
  const server = { url: client.url, mode: info.value.mode };
  const known = findApp(list.value.items, url);
  if (known === null) return { kind: "answer", value: { server, app: null } };
  const synced = await client.ask<ApiApp>("POST", `/api/apps/${known.id}/sync`, undefined, { isSync: true });
  return synced.kind === "failed" ? synced : { kind: "answer", value: { server, app: synced.value } };
}
