// Outputs of spans.
import type { Run, Span } from "@stepwright/engine";
import { isJsonObject, type JsonText, type JsonValue, parseJsonText } from "@stepwright/protocol";
import type { Context } from "../context.ts";
import { sentText } from "../event-words.ts";
import { failure } from "../failure.ts";
import { type OutputPlace, readOutputId } from "../output-id.ts";
import type { Resolve, TypeResolvers } from "../resolver.ts";
import { errorText } from "../run-words.ts";
import { findRun } from "./runs.ts";

/** What a span came to. */
interface Output {
  readonly input: string | null;
  readonly data: string | null;
  readonly error: StepError | null;
}

interface StepError {
  readonly name: string | null;
  readonly message: string;
  readonly stack: string | null;
  readonly cause: JsonValue;
}

const runTraceSpanOutputByID: Resolve<unknown, { readonly outputID: string }> = async (_, { outputID }, context) => {
  const place = readOutputId(outputID);
  if (place === null) throw failure(`error parsing span identifier: ${JSON.stringify(outputID)} is no id of an output`);
  const run = await findRun(place.runId, context);
  if (run === null) throw failure(`run not found: ${place.runId}`);
  // Older traces have no inputs.
  if (place.key === "run") return { ...runOutput(run), input: place.isPreview ? await inputOf(run, context) : null };
  return stepOutput(run, place, context);
};

async function stepOutput(run: Run, { key, isPreview }: OutputPlace, context: Context): Promise<Output> {
  const stepKey = key.startsWith("step:") ? key.slice("step:".length) : null;
  const span = stepKey === null ? ((await context.spansOf(run.id)).find(({ id }) => id === key) ?? null) : null;
  if (stepKey === null && span === null) throw failure(`the run ${run.id} has no output ${JSON.stringify(key)}`);
  if (span !== null && span.status === "failed") return failed(errorOfAttempt(span, run));
  if (span?.kind === "function") return runOutput(run);
  const stepId = stepKey ?? span?.stepId ?? null;
  const step = (await context.stepsOf(run.id)).find(({ id }) => id === stepId);
  if (step === undefined) return nothing;
  const memo = parseJsonText(step.memo);
  if (isJsonObject(memo) && memo["error"] !== undefined && step.status !== "completed")
    return failed(JSON.stringify(memo["error"]) as JsonText);
  // An older trace shows what an invoked function returned as it is wrapped for the step.
  if (step.op === "InvokeFunction" && !isPreview) return { ...nothing, data: step.memo };
  const isWrapped = isJsonObject(memo) && memo["data"] !== undefined && Object.keys(memo).length === 1;
  return { ...nothing, data: isWrapped ? JSON.stringify(memo["data"]) : step.memo };
}

const nothing: Output = { input: null, data: null, error: null };

function runOutput(run: Run): Output {
  const error = errorText(run);
  return error === null ? { ...nothing, data: run.output } : failed(error);
}

/** The last attempt of the code outside steps failed with what the run failed with, which is kept as the app sent it. */
function errorOfAttempt(span: Span, run: Run): JsonText | null {
  return (span.kind === "function" && span.endedAt === run.endedAt ? errorText(run) : null) ?? span.error;
}

function failed(text: JsonText | null): Output {
  return { ...nothing, error: text === null ? null : stepErrorOf(text) };
}

/** An error that is no error of the app's code is shown whole where the stack would be, as clients look for its code there. */
function stepErrorOf(text: JsonText): StepError {
  const value = parseJsonText(text);
  const { name, message, stack, cause, error } = isJsonObject(value) ? value : {};
  if (typeof message !== "string") return { name: textOf(name), message: "", stack: text, cause: null };
  const isCode = stack === undefined && typeof error === "string" && /^[a-z_]+$/.test(error);
  return { name: textOf(name), message, stack: isCode ? text : textOf(stack), cause: cause ?? null };
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}

/** The events of a run, as a list. */
async function inputOf(run: Run, context: Context): Promise<string> {
  const events = await context.eventsOf(run.id);
  return `[${(await Promise.all(events.map(async (event) => sentText(event, await context.dataOf(event))))).join(",")}]`;
}

/** The resolvers of outputs. */
export const outputResolvers: Readonly<Record<string, TypeResolvers>> = { Query: { runTraceSpanOutputByID } };
