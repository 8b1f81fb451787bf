// Runs a program as the code of a function: the step tools are the SDK's, and nothing here knows which side is calling.
import type { JsonValue } from "@stepwright/protocol";
import { digest } from "./digest.ts";
import type { Ledger } from "./ledger.ts";
import { pathOf, runKey, signalName, timeStep } from "./names.ts";
import { type Asked, sendAnswer } from "./other-functions.ts";
import {
  type AnswerPart,
  answererId,
  awaitedName,
  cancellerId,
  type Part,
  type Program,
  startEvent,
  type StepOutcome,
  type WaitPart,
} from "./program.ts";
import type { FunctionContext, Sdk } from "./sdk.ts";
import { labelOf } from "./step-labels.ts";

/** What a side gives to the functions. */
export interface Surroundings {
  readonly app: string;
  readonly sdk: Pick<Sdk, "nonRetriable" | "retryAfter">;
  readonly ledger: Ledger;
  /** The side's clock, in milliseconds: real functions read theirs. */
  readonly now: () => number;
  /** Functions to invoke, by the ids of their programs. */
  readonly functions: ReadonlyMap<string, unknown>;
}

/** One call of a function. */
interface Call {
  readonly program: Program;
  readonly context: FunctionContext;
  readonly surroundings: Surroundings;
  /** Names the run, the same on both sides: the way from the event that was sent from outside. */
  readonly path: string;
  readonly run: string;
}

/** Where in the code it is: the round of the loop around, 0 without one, and a digest of all values that have come before. */
interface Position {
  readonly round: number;
  readonly seen: string;
}

/** Executes the program; returns a value that depends on the values of all its parts. */
export async function interpret(
  program: Program,
  context: FunctionContext,
  surroundings: Surroundings,
): Promise<{ readonly values: readonly unknown[]; readonly digest: string }> {
  const path = pathOf(context.event.data);
  const call: Call = { program, context, surroundings, path, run: runKey(program.id, path) };
  surroundings.ledger.call(call.run);
  const values = await performAll(call, program.parts, { round: 0, seen: digest(path) });
  switch (program.ending.kind) {
    case "returns":
      return { values, digest: digest(values) };
    case "throws":
      throw new TypeError(program.ending.message);
    case "refuses":
      throw surroundings.sdk.nonRetriable(program.ending.message);
    case "isCancelled":
      await askToCancel(call);
      return { values, digest: "was not cancelled" };
  }
}

/** Starts the function that cancels others, and sleeps until it does. */
async function askToCancel({ context: { step }, surroundings: { app }, path }: Call): Promise<void> {
  const data = { path: `${path}/cancel`, target: path };
  await step.sendEvent("ask-to-cancel", [{ name: startEvent(app, cancellerId), data }]);
  await step.sleep("doomed", "60s");
}

async function performAll(call: Call, parts: readonly Part[], position: Position): Promise<readonly unknown[]> {
  const values: unknown[] = [];
  let { seen } = position;
  for (const part of parts) {
    const value = await perform(call, part, { ...position, seen });
    values.push(value);
    seen = digest([seen, value]);
  }
  return values;
}

async function perform(call: Call, part: Part, position: Position): Promise<unknown> {
  const { context, surroundings } = call;
  const { step } = context;
  switch (part.kind) {
    case "sequence":
      return performAll(call, part.parts, position);
    case "parallel":
      return Promise.all(part.branches.map((branch) => perform(call, branch, position)));
    case "caught":
      try {
        return await perform(call, part.part, position);
      } catch (error) {
        return error instanceof Error ? { name: error.name, message: error.message } : { thrown: String(error) };
      }
    case "loop":
      return performRounds(call, part, position);
    case "step":
      return step.run(part.id, () => execute(call, part, position));
    case "sleep":
      await step.sleep(part.id, `${part.seconds}s`);
      return null;
    case "sleepUntil": {
      const at = await step.run(timeStep(part.id), () =>
        new Date(surroundings.now() + part.seconds * 1_000).toISOString(),
      );
      await step.sleepUntil(part.id, at);
      return null;
    }
    case "wait":
      return part.for === "event" ? waitForEvent(call, part) : waitForSignal(call, part);
    case "answer":
      return answer(call, part, position);
    case "invoke":
      return step.invoke(part.id, {
        function: surroundings.functions.get(part.fn),
        data: { path: childPath(call, part.id, position) },
        ...(part.timeoutSeconds === null ? {} : { timeout: `${part.timeoutSeconds}s` }),
      });
    case "send": {
      const { ids } = await step.sendEvent(
        part.id,
        part.fns.map((fn, index) => ({
          name: startEvent(surroundings.app, fn),
          data: { path: `${childPath(call, part.id, position)}:${index}` },
        })),
      );
      return ids.length;
    }
    case "hiccup":
      if (surroundings.ledger.isToThrow(call.run, part.id, part.times)) {
        const message = `hiccup ${part.id}`;
        throw part.retryAfterSeconds === null
          ? new Error(message)
          : surroundings.sdk.retryAfter(message, part.retryAfterSeconds);
      }
      return null;
  }
}

async function performRounds(
  call: Call,
  { times, part }: Extract<Part, { readonly kind: "loop" }>,
  position: Position,
): Promise<readonly unknown[]> {
  const values: unknown[] = [];
  let { seen } = position;
  for (let round = 0; round < times; round += 1) {
    const value = await perform(call, part, { round, seen });
    values.push(value);
    seen = digest([seen, value]);
  }
  return values;
}

/** The code of a step. */
function execute(
  { run, surroundings: { ledger, sdk }, context }: Call,
  { id, outcome }: { readonly id: string; readonly outcome: StepOutcome },
  { round, seen }: Position,
): unknown {
  const before = ledger.execute(run, labelOf(id, round));
  const result = (value: JsonValue): unknown =>
    value === null ? undefined : { value, seen, attempt: context.attempt };
  switch (outcome.kind) {
    case "returns":
      return result(outcome.value);
    case "flaky":
      if (before < outcome.times) throw new RangeError(`${id} is not ready, ${before + 1} of ${outcome.times}`);
      return result(outcome.value);
    case "fails":
      throw new Error(outcome.message);
    case "refuses":
      throw sdk.nonRetriable(outcome.message);
    case "asksForTime":
      if (before === 0) throw sdk.retryAfter(`${id} asks for time`, outcome.seconds);
      return result(outcome.value);
  }
}

async function waitForEvent({ surroundings, program, context, path }: Call, part: WaitPart): Promise<unknown> {
  const event = await context.step.waitForEvent(part.id, {
    event: awaitedName(surroundings.app, program.id, part),
    timeout: `${part.timeoutSeconds}s`,
    ...(part.by === "if" ? { if: `async.data.path == "${path}"` } : { match: "data.path" }),
  });
  return event === null ? null : event.data;
}

async function waitForSignal({ surroundings, program, context, path }: Call, part: WaitPart): Promise<unknown> {
  const received = await context.step.waitForSignal(part.id, {
    signal: signalName(awaitedName(surroundings.app, program.id, part), path),
    timeout: `${part.timeoutSeconds}s`,
    onConflict: "fail",
  });
  return received === null ? null : received.data;
}

async function answer(call: Call, part: AnswerPart, position: Position): Promise<unknown> {
  const { surroundings, program, context, path } = call;
  const name = awaitedName(surroundings.app, program.id, { id: part.to, answerer: "branch" });
  const what: Asked = { name, with: part.with, to: path, seconds: part.invokedSeconds ?? 0 };
  if (part.invokedSeconds === null) return sendAnswer(context.step, part.id, what);
  return context.step.invoke(part.id, {
    function: surroundings.functions.get(answererId),
    data: { path: childPath(call, part.id, position), ...what },
  });
}

function childPath({ path }: Call, id: string, { round }: Position): string {
  return `${path}/${labelOf(id, round)}`;
}
