// `stepwright runs rerun`: starts a run again, and waits for it if that is wanted.
import { readJson, readJsonObject } from "../arguments/read-json.ts";
import { printed, refused, type RemoteOutcome } from "../remote/open-client.ts";
import type { RemoteTarget } from "../remote/read-words.ts";
import { exitCodeOf, resultOf, resultText, unfinishedRemarks } from "../remote/run-result.ts";
import type { ServerClient } from "../remote/server-client.ts";
import type { Terminal } from "../remote/terminal.ts";
import { waitForRuns } from "../remote/wait-for-runs.ts";
import type { RunsAction } from "./request.ts";

type RerunAction = Extract<RunsAction, { kind: "rerun" }>;

/** Starts it again. */
export async function rerunRun(
  client: ServerClient,
  action: RerunAction,
  { target, terminal }: { readonly target: RemoteTarget; readonly terminal: Terminal },
): Promise<RemoteOutcome> {
  const body = await readBody(action, terminal);
  if (body.kind === "failed") return refused(body);
  const path = `/api/runs/${encodeURIComponent(action.runId)}/rerun`;
  const answer = await client.ask<{ readonly runId: string }>("POST", path, body.value);
  if (answer.kind === "failed") return refused(answer);
  const { runId } = answer.value;
  if (action.wait === null) return printed({ value: { id: runId }, text: `${runId}\n` }, target);
  if (!target.json) terminal.write(`${runId}\n`);
  const waited = await waitForRuns(client, [runId], { signal: terminal.signal, timeoutMs: action.wait.timeoutMs });
  if (waited.kind === "failed") return refused(waited);
  const [run] = waited.runs;
  const value = run === undefined ? { id: runId } : resultOf(run);
  return {
    ...printed({ value, text: run === undefined ? "" : resultText(run) }, target),
    remarks: unfinishedRemarks(waited),
    exitCode: exitCodeOf(waited),
  };
}

type Body = { readonly kind: "value"; readonly value: object } | { readonly kind: "failed"; readonly message: string };

async function readBody({ fromStep, input, data }: RerunAction, terminal: Terminal): Promise<Body> {
  const arguments_ = input === null ? null : await readJson("--input", input, terminal);
  if (arguments_?.kind === "failed") return arguments_;
  const eventData = data === null ? null : await readJsonObject("--data", data, terminal);
  if (eventData?.kind === "failed") return eventData;
  const step = { stepId: fromStep, ...(arguments_ === null ? {} : { input: arguments_.value }) };
  return {
    kind: "value",
    value: {
      ...(fromStep === null ? {} : { fromStep: step }),
      ...(eventData === null ? {} : { data: eventData.value }),
    },
  };
}
