// An app with a published SDK, as a process of its own: `sdk-app.ts v3|v4 <ledger file> <server url>`.
import { setTimeout as work } from "node:timers/promises";
import { limitedMax, limitedWorkMsMax, retries } from "./kinds.ts";
import { openLedger } from "./ledger.ts";
import { openSdk, type Handler, type StepTools } from "./sdk.ts";
import { readArguments, serve } from "./serve.ts";

const major = process.argv.at(-3) === "v3" ? "v3" : "v4";
const { ledgerFile, serverUrl } = readArguments();
const ledger = openLedger(ledgerFile);
const sdk = await openSdk(major, serverUrl);

type Tokens = Record<string, string>;

/** Runs a step that leaves a line; its token joins those that later steps are given. */
async function leave(
  o: { readonly step: StepTools; readonly runId: string; readonly attempt: number; readonly tokens: Tokens },
  name: string,
  workMsMax = 15,
): Promise<void> {
  const seen = { ...o.tokens };
  o.tokens[name] = await o.step.run(name, async () => {
    // A little work, so that faults find something under way.
    await work(1 + Math.floor(Math.random() * workMsMax));
    return ledger.execute({ runId: o.runId, attempt: o.attempt, step: name, seen });
  });
}

const define = (kind: string, handler: Handler, options: object = {}): unknown =>
  sdk.define({ id: kind, retries, ...options }, `${major}/${kind}`, handler);

const child = define("child", async (context) => {
  const tokens: Tokens = {};
  await leave({ ...context, tokens }, "inner");
  return { tokens };
});

const functions = [
  child,
  define("sequence", async (context) => {
    const tokens: Tokens = {};
    for (const name of ["one", "two", "three"]) await leave({ ...context, tokens }, name);
    return { tokens };
  }),
  define("parallel", async (context) => {
    const tokens: Tokens = {};
    const branches = ["left", "middle", "right"].map(async (name): Promise<Tokens> => {
      const own: Tokens = {};
      await leave({ ...context, tokens: own }, name);
      return own;
    });
    Object.assign(tokens, ...(await Promise.all(branches)));
    await leave({ ...context, tokens }, "after");
    return { tokens };
  }),
  define("sleepy", async (context) => {
    const tokens: Tokens = {};
    await leave({ ...context, tokens }, "before");
    await context.step.sleep("nap", "1s");
    await leave({ ...context, tokens }, "after");
    return { tokens };
  }),
  define("flaky", async (context) => {
    const { runId, attempt, step } = context;
    const tokens: Tokens = {};
    await leave({ ...context, tokens }, "before");
    const seen = { ...tokens };
    tokens["shaky"] = await step.run("shaky", () => {
      const token = ledger.execute({ runId, attempt, step: "shaky", seen, threw: attempt === 0 });
      if (attempt === 0) throw new Error("the first try fails");
      return token;
    });
    return { tokens };
  }),
  define("failing", async (context) => {
    const tokens: Tokens = {};
    await leave({ ...context, tokens }, "before");
    throw sdk.nonRetriable(`gives up after ${tokens["before"]}`);
  }),
  define("waiter", async (context) => {
    const tokens: Tokens = {};
    await leave({ ...context, tokens }, "before");
    const answer = await context.step.waitForEvent("answer", {
      event: `${major}/answer`,
      timeout: "1h",
      match: "data.key",
    });
    await leave({ ...context, tokens }, "after");
    return { tokens, answer: answer?.data["key"] ?? null };
  }),
  define("late", async (context) => {
    const tokens: Tokens = {};
    await leave({ ...context, tokens }, "before");
    const answer = await context.step.waitForEvent("answer", {
      event: `${major}/answer`,
      timeout: "1s",
      match: "data.key",
    });
    await leave({ ...context, tokens }, "after");
    return { tokens, answer: answer?.data["key"] ?? null };
  }),
  define("invoker", async (context) => {
    const tokens: Tokens = {};
    await leave({ ...context, tokens }, "before");
    const answer = await context.step.invoke("call", { function: child, data: {} });
    await leave({ ...context, tokens }, "after");
    return { tokens, answer };
  }),
  define(
    "cancelled",
    async ({ step }) => {
      await step.sleep("long", "1h");
    },
    { cancelOn: [{ event: `${major}/cancel`, match: "data.key" }] },
  ),
  define(
    "limited",
    async (context) => {
      const tokens: Tokens = {};
      for (const name of ["one", "two"]) await leave({ ...context, tokens }, name, limitedWorkMsMax);
      return { tokens };
    },
    { concurrency: { limit: limitedMax } },
  ),
];

serve(sdk.serve(functions), ledger);
