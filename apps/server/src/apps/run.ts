// Does what `stepwright apps` asks for on a running server.
import type { ApiApp } from "@stepwright/protocol";
import { exitCodes } from "../remote/exit-codes.ts";
import { openClient, printed, refused, type RemoteOutcome, said } from "../remote/open-client.ts";
import type { ServerAnswer, ServerClient } from "../remote/server-client.ts";
import type { Environment } from "../remote/terminal.ts";
import { findApp, looksLikeUrl, noSuchApp, readAppList } from "./find.ts";
import { appsTable, syncedText } from "./output.ts";
import type { AppAct, AppsRequest } from "./request.ts";

/** Does it. What the command line does not say comes from the environment. */
export async function runApps(request: AppsRequest, env: Environment): Promise<RemoteOutcome> {
  const opened = openClient(request, env);
  if (opened.kind === "failed") return opened;
  const { client } = opened;
  const { action } = request;
  const list = await readAppList(client);
  if (list.kind === "failed") return refused(list);
  const apps = list.value.items;
  if (action.kind === "list") return printed({ value: list.value, text: appsTable(apps) }, request);
  const app = findApp(apps, action.app);
  if (action.kind === "sync") return syncApp(client, { app, word: action.app, request });
  if (app === null) return { kind: "failed", message: noSuchApp(apps, action.app) };
  const answer = said(await act(client, action.kind, app), () => doneText(action.kind, app));
  return answer.kind === "failed" ? refused(answer) : printed(answer.value, request);
}

/** A URL that is new is added. What is wrong with the app is on its record, and is an end of its own. */
async function syncApp(
  client: ServerClient,
  o: { readonly app: ApiApp | null; readonly word: string; readonly request: AppsRequest },
): Promise<RemoteOutcome> {
  const { app, word, request } = o;
  if (app === null && !looksLikeUrl(word))
    return { kind: "failed", message: `the server knows no app "${word}"; to add one, give its URL` };
  const answer: ServerAnswer<ApiApp> =
    app === null
      ? await client.ask<ApiApp>("POST", "/api/apps", { url: word }, { isSync: true })
      : await client.ask<ApiApp>("POST", `/api/apps/${app.id}/sync`, undefined, { isSync: true });
  if (answer.kind === "failed") return refused(answer);
  const synced = answer.value;
  if (synced.status === "synced") return printed({ value: synced, text: syncedText(synced) }, request);
  const message = synced.problem?.message ?? `${synced.name} has not registered yet`;
  const hint = `; "stepwright doctor ${synced.url}" looks further`;
  return request.json
    ? { ...printed({ value: synced, text: "" }, request), exitCode: exitCodes.notDone }
    : { kind: "failed", message: `${message}${hint}` };
}

function act(client: ServerClient, kind: AppAct, { id }: ApiApp): Promise<ServerAnswer<unknown>> {
  return kind === "remove" ? client.ask("DELETE", `/api/apps/${id}`) : client.ask("POST", `/api/apps/${id}/${kind}`);
}

function doneText(kind: AppAct, { name }: ApiApp): string {
  switch (kind) {
    case "pause":
      return `${name} is paused: none of its functions is called, and new runs are skipped.\n`;
    case "resume":
      return `${name} works again.\n`;
    case "remove":
      return `${name} and its functions are forgotten; its runs stay.\n`;
  }
}
