// Does what `stepwright functions` asks for on a running server.
import type { ApiFunctionQueue } from "@stepwright/protocol";
import { openClient, printed, type RemoteOutcome, type Said, said } from "../remote/open-client.ts";
import type { ServerAnswer, ServerClient } from "../remote/server-client.ts";
import type { Environment } from "../remote/terminal.ts";
import { guessFunctions, readFunctionList } from "./guess.ts";
import { functionsTable, queueText } from "./output.ts";
import type { FunctionsAction, FunctionsRequest } from "./request.ts";

/** Does it. What the command line does not say comes from the environment. */
export async function runFunctions(request: FunctionsRequest, env: Environment): Promise<RemoteOutcome> {
  const opened = openClient(request, env);
  if (opened.kind === "failed") return opened;
  const { client } = opened;
  const answer = await perform(client, request.action);
  if (answer.kind === "answer") return printed(answer.value, request);
  const guess = answer.code === "FUNCTION_NOT_FOUND" ? await guessFunctions(client, askedFor(request.action)) : "";
  return { kind: "failed", message: `${answer.message}${guess}` };
}

async function perform(client: ServerClient, action: FunctionsAction): Promise<ServerAnswer<Said>> {
  switch (action.kind) {
    case "list":
      return said(await readFunctionList(client), ({ items }) => functionsTable(items));
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

function askedFor(action: FunctionsAction): readonly string[] {
  if (action.kind === "list") return [];
  return action.kind === "move-backlog" ? [action.slug, action.to] : [action.slug];
}

function pathOf(slug: string, verb: string): string {
  return `/api/functions/${encodeURIComponent(slug)}/${verb}`;
}
