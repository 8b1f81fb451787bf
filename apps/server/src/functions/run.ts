// Does what `stepwright functions` asks for on a running server.
import type { ApiFunction, ApiFunctionQueue } from "@stepwright/protocol";
import { nearest } from "../nearest.ts";
import { type Environment, openClient, printed, type RemoteOutcome, type Said, said } from "../remote/open-client.ts";
import type { ServerAnswer, ServerClient } from "../remote/server-client.ts";
import { functionsTable, queueText } from "./output.ts";
import type { FunctionsAction, FunctionsRequest } from "./request.ts";

/** Does it. What the command line does not say comes from the environment. */
export async function runFunctions(request: FunctionsRequest, env: Environment): Promise<RemoteOutcome> {
  const opened = openClient(request, env);
  if (opened.kind === "failed") return opened;
  const { client } = opened;
  const answer = await perform(client, request.action);
  if (answer.kind === "answer") return printed(answer.value, request);
  const guess = answer.code === "FUNCTION_NOT_FOUND" ? await guessText(client, request.action) : "";
  return { kind: "failed", message: `${answer.message}${guess}` };
}

async function perform(client: ServerClient, action: FunctionsAction): Promise<ServerAnswer<Said>> {
  switch (action.kind) {
    case "list":
      return said(await readList(client), ({ items }) => functionsTable(items));
    case "queue":
      return said(await client.ask<ApiFunctionQueue>("GET", pathOf(action.slug, "queue")), (queue) =>
        queueText(action.slug, queue),
      );
    case "pause":
      return said(
        await client.ask("POST", pathOf(action.slug, "pause")),
        () => `${action.slug} is paused: it makes no calls, and new runs are skipped.\n`,
      );
    case "resume":
      return said(await client.ask("POST", pathOf(action.slug, "resume")), () => `${action.slug} works again.\n`);
    case "drop-backlog":
      return said(
        await client.ask("POST", pathOf(action.slug, "backlog/drop")),
        () => `The runs of ${action.slug} that have not begun are being cancelled.\n`,
      );
    case "move-backlog":
      return said(
        await client.ask("POST", pathOf(action.slug, "backlog/move"), { to: action.to }),
        () => `The runs of ${action.slug} that have not begun are being given to ${action.to}.\n`,
      );
  }
}

/** The functions that are probably meant; empty when none is near. */
async function guessText(client: ServerClient, action: FunctionsAction): Promise<string> {
  const list = await readList(client);
  if (list.kind === "failed" || action.kind === "list") return "";
  const known = list.value.items.map(({ slug }) => slug);
  const asked = action.kind === "move-backlog" ? [action.slug, action.to] : [action.slug];
  const meant = asked.filter((slug) => !known.includes(slug)).flatMap((slug) => nearest(slug, known) ?? []);
  return meant.length === 0 ? "" : `; did you mean ${meant.join(" and ")}?`;
}

function readList(client: ServerClient) {
  return client.ask<{ readonly items: readonly ApiFunction[] }>("GET", "/api/functions");
}

function pathOf(slug: string, verb: string): string {
  return `/api/functions/${encodeURIComponent(slug)}/${verb}`;
}
