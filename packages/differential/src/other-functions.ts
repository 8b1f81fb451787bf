// The code of functions that are the same in every scenario: those that cancel and answer others, and handlers of failures.
import type { Surroundings } from "./interpret.ts";
import { answerTo, pathOf, runKey, signalName } from "./names.ts";
import { answererId, cancelEvent, cancellerId, type Program } from "./program.ts";
import type { FunctionContext, StepTools } from "./sdk.ts";

/** The code of the function that cancels others: it waits until they sleep. */
export async function cancel({ event, step }: FunctionContext, { app, ledger }: Surroundings): Promise<unknown> {
  ledger.call(runKey(cancellerId, pathOf(event.data)));
  await step.sleep("while", "1s");
  const { ids } = await step.sendEvent("cancel", [{ name: cancelEvent(app), data: { path: event.data["target"] } }]);
  return ids.length;
}

/** What the function that answers waits is asked to do. */
export interface Asked {
  readonly name: string;
  readonly with: "event" | "signal";
  /** Path of the run that waits. */
  readonly to: string;
  readonly seconds: number;
}

/** The code of the function that answers the waits of others. */
export async function answerLater({ event, step }: FunctionContext, { ledger }: Surroundings): Promise<unknown> {
  ledger.call(runKey(answererId, pathOf(event.data)));
  // Only the code of programs invokes it, with this.
  const asked = event.data as unknown as Asked;
  await step.sleep("while", `${asked.seconds}s`);
  return sendAnswer(step, "answer", asked);
}

/** Sends what a wait waits for, as a step. */
export async function sendAnswer(step: StepTools, id: string, asked: Asked): Promise<unknown> {
  const data = answerTo(asked.name, asked.to);
  if (asked.with === "event") {
    const { ids } = await step.sendEvent(id, [{ name: asked.name, data }]);
    return ids.length;
  }
  await step.sendSignal(id, { signal: signalName(asked.name, asked.to), data });
  return null;
}

/** The code of `onFailure`. */
export async function handleFailure(
  { id }: Program,
  { event, step, error, attempt }: FunctionContext,
  { ledger }: Surroundings,
): Promise<unknown> {
  const run = runKey(`${id}-failure`, pathOf(event.data));
  ledger.call(run);
  return step.run("report", () => {
    ledger.execute(run, "report");
    return { name: error?.name, message: error?.message, attempt };
  });
}
