// `stepwright runs cancel`: runs one by one, or all of a function that are meant.
import { setTimeout as pause } from "node:timers/promises";
import type { ApiCancellation } from "@stepwright/protocol";
import { readPast } from "../arguments/read-time.ts";
import { guessFunctions } from "../functions/guess.ts";
import { exitCodes } from "../remote/exit-codes.ts";
import { printed, refused, type RemoteOutcome } from "../remote/open-client.ts";
import type { RemoteTarget } from "../remote/read-words.ts";
import type { ServerAnswer, ServerClient } from "../remote/server-client.ts";
import type { Terminal } from "../remote/terminal.ts";
import type { RunsAction } from "./request.ts";

/** Cancels runs by their ids. What could not be cancelled is said, and the exit code tells. */
export async function cancelRuns(
  client: ServerClient,
  runIds: readonly string[],
  target: RemoteTarget,
): Promise<RemoteOutcome> {
  const cancelled: string[] = [];
  const refusals: { readonly id: string; readonly reason: string }[] = [];
  for (const id of runIds) {
    const path = `/api/runs/${encodeURIComponent(id)}/cancel`;
    const answer = await client.ask<{ readonly cancelled: boolean }>("POST", path);
    if (answer.kind === "failed") refusals.push({ id, reason: answer.message });
    else if (answer.value.cancelled) cancelled.push(id);
    else refusals.push({ id, reason: `run ${id} had ended already` });
  }
  const text = cancelled.map((id) => `${id}\n`).join("");
  return {
    ...printed({ value: { cancelled, refused: refusals }, text }, target),
    remarks: refusals.map(({ reason }) => `${reason}.`),
    exitCode: refusals.length === 0 ? exitCodes.done : exitCodes.notDone,
  };
}

const lookAgainMs = 100;

/** Cancels the runs of a function, and waits until that is done: it goes on without us. */
export async function cancelAllRuns(
  client: ServerClient,
  { slug, since, until, condition }: Extract<RunsAction, { kind: "cancelAll" }>,
  { target, terminal }: { readonly target: RemoteTarget; readonly terminal: Terminal },
): Promise<RemoteOutcome> {
  const now = terminal.now();
  let answer: ServerAnswer<ApiCancellation> = await client.ask<ApiCancellation>("POST", "/api/cancellations", {
    function: slug,
    ...(since === null ? {} : { from: readPast(since, now) }),
    ...(until === null ? {} : { to: readPast(until, now) }),
    ...(condition === null ? {} : { if: condition }),
  });
  if (answer.kind === "failed" && answer.code === "FUNCTION_NOT_FOUND")
    return { kind: "failed", message: `${answer.message}${await guessFunctions(client, [slug])}` };
  while (answer.kind === "answer" && answer.value.endedAt === null && !terminal.signal.aborted) {
    await pause(lookAgainMs, undefined, { signal: terminal.signal }).catch(() => {});
    answer = await client.ask<ApiCancellation>("GET", `/api/cancellations/${answer.value.id}`);
  }
  if (answer.kind === "failed") return refused(answer);
  const { cancelled, endedAt } = answer.value;
  const text = `${cancelled} ${cancelled === 1 ? "run" : "runs"} of ${slug} cancelled.\n`;
  return {
    ...printed({ value: answer.value, text }, target),
    exitCode: endedAt === null ? exitCodes.interrupted : exitCodes.done,
  };
}
