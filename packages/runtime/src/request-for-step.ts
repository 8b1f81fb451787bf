// The HTTP request of a `step.fetch` or `step.ai.infer`: made by the server, retried without calling the app.
import {
  closeDraft,
  gatewayAnswered,
  type GatewayResult,
  leaseGuard,
  type LeasedItem,
  openDraft,
  type Work,
} from "@stepwright/engine";
import { findFunction } from "./call-app.ts";
import type { Decided, RunBox } from "./run-box.ts";
import type { Shell } from "./shell.ts";

/** Works on a `gateway` item from request to committed answer. */
export async function requestForStep(
  shell: Shell,
  box: RunBox,
  item: LeasedItem,
  work: Extract<Work, { kind: "gateway" }>,
): Promise<Decided> {
  const run = await box.read(work.runId, (state) => state.run);
  if (run === null) return { kind: "nothing" };
  const fn = await findFunction(shell, run.functionId);
  const answer = await shell.ports.appClient.request(
    {
      ...work.request,
      timeoutMs: shell.settings.callTimeoutMs,
      responseBytesMax: shell.settings.limits.responseBytesMax,
    },
    shell.signal,
  );
  if (shell.signal.aborted) throw new Error("the runtime stopped during a request");
  const result: GatewayResult = answer.kind === "response" ? answer : { kind: "failed", message: answer.message };
  return box.decide(work.runId, (state) => {
    const draft = openDraft(state, shell.context());
    draft.guards.push(leaseGuard(item));
    gatewayAnswered(draft, { item, work, result, attemptsMax: (fn?.config.retries ?? 0) + 1 });
    return closeDraft(draft);
  });
}
