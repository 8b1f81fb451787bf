// Does what `stepwright invoke` asks for on a running server.
import type { ApiRun, ApiSent } from "@stepwright/protocol";
import { readOptionalObject } from "../arguments/read-json.ts";
import { guessFunctions } from "../functions/guess.ts";
import { exitCodes } from "../remote/exit-codes.ts";
import { openClient, printed, refused, type RemoteOutcome } from "../remote/open-client.ts";
import { endText, exitCodeOf, resultOf, unfinishedRemarks } from "../remote/run-result.ts";
import type { ServerClient } from "../remote/server-client.ts";
import { readStartedRuns } from "../remote/started-runs.ts";
import type { Terminal } from "../remote/terminal.ts";
import { waitForRuns } from "../remote/wait-for-runs.ts";
import type { InvokeRequest } from "./request.ts";

/** Does it. */
export async function runInvoke(request: InvokeRequest, terminal: Terminal): Promise<RemoteOutcome> {
  const opened = openClient(request, terminal.env);
  if (opened.kind === "failed") return opened;
  const { client } = opened;
  const body = await readBody(request, terminal);
  if (body.kind === "failed") return refused(body);
  const path = `/api/functions/${encodeURIComponent(request.slug)}/invoke`;
  const sent = await client.ask<ApiSent>("POST", path, body.value);
  if (sent.kind === "failed") {
    const guess = sent.code === "FUNCTION_NOT_FOUND" ? await guessFunctions(client, [request.slug]) : "";
    return { kind: "failed", message: `${sent.message}${guess}` };
  }
  const started = await readStartedRuns(client, sent.value.ids);
  if (started.kind === "failed") return refused(started);
  const { runIds, remarks } = started.value;
  const [runId] = runIds;
  if (runId === undefined)
    return { kind: "failed", message: remarks.join(" ") || `${request.slug} was invoked, and no run of it is known` };
  if (request.wait === null) return printed({ value: { id: runId }, text: `${runId}\n` }, request);
  return waitFor(runId, { client, request, terminal });
}

async function waitFor(
  runId: string,
  o: { readonly client: ServerClient; readonly request: InvokeRequest; readonly terminal: Terminal },
): Promise<RemoteOutcome> {
  const { client, request, terminal } = o;
  const timeoutMs = request.wait?.timeoutMs ?? null;
  const waited = await waitForRuns(client, [runId], { signal: terminal.signal, timeoutMs });
  if (waited.kind === "failed") return refused(waited);
  const exitCode = exitCodeOf(waited);
  const [run] = waited.runs;
  if (run === undefined) return { kind: "done", text: "", remarks: unfinishedRemarks(waited), exitCode };
  if (request.json) return { ...printed({ value: resultOf(run), text: "" }, request), exitCode };
  if (exitCode === exitCodes.done) return { kind: "done", text: `${JSON.stringify(run.output)}\n`, exitCode };
  return { kind: "failed", message: failureText(run), exitCode };
}

function failureText(run: ApiRun): string {
  return `run ${run.id} of ${run.functionSlug} ${run.status}: ${endText(run)}`;
}

type Body = { readonly kind: "value"; readonly value: object } | { readonly kind: "failed"; readonly message: string };

async function readBody({ data, user }: InvokeRequest, terminal: Terminal): Promise<Body> {
  const own = await readOptionalObject("--data", data, { input: terminal, isInputTaken: user === "-" });
  if (own.kind === "failed") return own;
  const whose = await readOptionalObject("--user", user, { input: terminal, isInputTaken: true });
  if (whose.kind === "failed") return whose;
  return {
    kind: "value",
    value: { data: own.value ?? {}, ...(whose.value === null ? {} : { user: whose.value }) },
  };
}
