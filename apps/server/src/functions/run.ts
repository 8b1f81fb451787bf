// Does what `stepwright functions` asks for on a running server.
import { isSigningKey, type ApiFunction, type ApiFunctionQueue } from "@stepwright/protocol";
import { nearest } from "../nearest.ts";
import { functionsTable, queueText } from "./output.ts";
import type { FunctionsAction, FunctionsRequest } from "./request.ts";
import { createServerClient, type ServerAnswer, type ServerClient } from "./server-client.ts";

/** What to print; a failure is one sentence. */
export type FunctionsOutcome =
  | { readonly kind: "done"; readonly text: string }
  | { readonly kind: "failed"; readonly message: string };

const serverDefault = "http://localhost:8288";

/** Does it. What the command line does not say comes from the environment. */
export async function runFunctions(
  { action, server, signingKey, json }: FunctionsRequest,
  env: Readonly<Record<string, string | undefined>>,
): Promise<FunctionsOutcome> {
  const url = server ?? (env["STEPWRIGHT_SERVER"] || serverDefault);
  if (!/^https?:\/\/./.test(url) || !URL.canParse(url))
    return { kind: "failed", message: `"${url}" is not the URL of a server such as ${serverDefault}` };
  const key = signingKey ?? (env["STEPWRIGHT_SIGNING_KEY"] || env["INNGEST_SIGNING_KEY"] || null);
  if (key !== null && !isSigningKey(key))
    return { kind: "failed", message: "the signing key is not hexadecimal; give the one the server was started with" };
  const client = createServerClient({ url, signingKey: key });
  const answer = await perform(client, action);
  if (answer.kind === "failed") {
    const guess = answer.code === "FUNCTION_NOT_FOUND" ? await guessText(client, action) : "";
    return { kind: "failed", message: `${answer.message}${guess}` };
  }
  const { value, text } = answer.value;
  return { kind: "done", text: json ? `${JSON.stringify(value)}\n` : text };
}

/** What the server said, and the same for people. */
interface Said {
  readonly value: unknown;
  readonly text: string;
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

function said<T>(answer: ServerAnswer<T>, write: (value: T) => string): ServerAnswer<Said> {
  if (answer.kind === "failed") return answer;
  return { kind: "answer", value: { value: answer.value, text: write(answer.value) } };
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
