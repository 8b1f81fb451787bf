// Does what `stepwright queue` asks for on a running server.
import type { ApiPage, ApiRetried, ApiSetAside } from "@stepwright/protocol";
import { openClient, printed, type RemoteOutcome, said } from "../remote/open-client.ts";
import type { ServerClient } from "../remote/server-client.ts";
import type { Environment } from "../remote/terminal.ts";
import { retriedText, setAsideTable } from "./output.ts";
import type { QueueRequest } from "./request.ts";

/** Rows of a page: as many as the server gives at once. */
const pageRows = 100;

/** Does it. What the command line does not say comes from the environment. Not everything done ends with 1. */
export async function runQueue(request: QueueRequest, env: Environment): Promise<RemoteOutcome> {
  const opened = openClient(request, env);
  if (opened.kind === "failed") return opened;
  const { client } = opened;
  const { action } = request;
  switch (action.kind) {
    case "list": {
      const page = await client.ask<ApiPage<ApiSetAside>>("GET", `/api/set-aside?${pageQuery(action.after)}`);
      return outcomeOf(said(page, setAsideTable), request);
    }
    case "retry": {
      const answer = await client.ask("POST", `/api/set-aside/${encodeURIComponent(action.id)}/retry`);
      return outcomeOf(
        said(answer, () => `${action.id} was put back into the queue.\n`),
        request,
      );
    }
    case "retryAll":
      return retryAll(client, request);
  }
}

function outcomeOf(answer: ReturnType<typeof said>, request: QueueRequest): RemoteOutcome {
  return answer.kind === "failed" ? { kind: "failed", message: answer.message } : printed(answer.value, request);
}

/** Goes from page to page. It ends: what is set aside again comes before the first page, not on a later one. */
async function retryAll(client: ServerClient, request: QueueRequest): Promise<RemoteOutcome> {
  let retried = 0;
  const refused: ApiRetried["refused"][number][] = [];
  let cursor: string | null = null;
  do {
    const answer: Awaited<ReturnType<typeof retryPage>> = await retryPage(client, cursor);
    if (answer.kind === "failed") {
      const before = retried === 0 ? "" : ` (${retried} items had been put back before)`;
      return { kind: "failed", message: `${answer.message}${before}` };
    }
    retried += answer.value.retried;
    refused.push(...answer.value.refused);
    cursor = answer.value.nextCursor;
  } while (cursor !== null);
  const value = { retried, refused };
  return { ...printed({ value, text: retriedText(value) }, request), exitCode: refused.length === 0 ? 0 : 1 };
}

function retryPage(client: ServerClient, cursor: string | null) {
  return client.ask<ApiRetried>("POST", `/api/set-aside/retry?${pageQuery(cursor)}`);
}

function pageQuery(cursor: string | null): string {
  return new URLSearchParams({ limit: String(pageRows), ...(cursor === null ? {} : { cursor }) }).toString();
}
