// An app with runs of every kind, for what is written about runs.
import { createTestEngine, type TestEngine, type TestRun } from "@stepwright/testing";
import { Inngest, NonRetriableError } from "inngest";

/** What the clock of its engine shows at first. */
export const monday = "2026-01-05T09:00:00Z";

const day = "1d";

/** Makes the client and its functions; each engine needs a client of its own. */
export function makeApp() {
  // The SDK writes down each error of user code, and these are meant.
  const silent = () => undefined;
  const logger = { info: silent, warn: silent, error: silent, debug: silent };
  const inngest = new Inngest({ id: "shop", logger });
  const on = (event: string) => ({ triggers: [{ event }] });
  /** Work that fails until it has been tried so often. */
  const failing = (attempt: number, attempts: number, message: string) => () => {
    if (attempt + 1 < attempts) throw new TypeError(message, { cause: new Error("the bank is closed") });
    return { attempts };
  };
  const child = inngest.createFunction({ id: "child", ...on("child") }, async ({ step, event }) => {
    await step.sleep("think", "1h");
    if (dataOf(event)["fails"] === true) throw new NonRetriableError("the child has failed");
    return { answer: 42 };
  });
  const welcome = inngest.createFunction({ id: "welcome", ...on("user/signed-up") }, async ({ step, event }) => {
    await step.run("send-welcome-email", () => ({ to: dataOf(event)["email"] }));
    await step.sleep("wait-before-tips", "2 days");
    await step.run("send-tips-email", () => "sent");
    await step.sleep("wait-before-upgrade", "5 days");
    const plan = await step.run("check-user-plan", () => "free");
    return { plan, emailsSent: 3 };
  });
  const parallel = inngest.createFunction({ id: "parallel", ...on("report") }, async ({ step }) => {
    const [sales, usage] = await Promise.all([
      step.run("売上レポート 📈", () => 1),
      step.run("usage", () => 2),
      step.sleep("pause", "12h"),
    ]);
    return sales + usage;
  });
  const flaky = inngest.createFunction({ id: "flaky", retries: 5, ...on("flaky") }, async ({ step, attempt }) =>
    step.run("charge", failing(attempt, 4, "declined")),
  );
  const broken = inngest.createFunction({ id: "broken", retries: 1, ...on("broken") }, async ({ step, attempt }) => {
    await step.run("fine", () => "fine");
    await step.run("charge", failing(attempt, 99, "declined\nby the bank"));
  });
  const approval = inngest.createFunction({ id: "approval", ...on("content/submitted") }, async ({ step }) => {
    const review = await step.waitForEvent("wait-for-approval", {
      event: "content/reviewed",
      match: "data.contentId",
      timeout: "48h",
    });
    return { status: review === null ? "escalated" : "published" };
  });
  const parent = inngest.createFunction({ id: "parent", ...on("parent") }, async ({ step, event }) => {
    const data = { fails: dataOf(event)["fails"] === true };
    await step.sendEvent("tell", { name: "told", data: { n: 1 } });
    return step.invoke("ask", { function: child, data, timeout: day });
  });
  const signal = inngest.createFunction({ id: "signal", ...on("signal") }, async ({ step }) =>
    step.waitForSignal("stand-by", { signal: "go-7", timeout: "1h", onConflict: "fail" }),
  );
  const long = inngest.createFunction({ id: "long", retries: 1, ...on("long") }, async ({ step, attempt }) => {
    for (let index = 0; index < 200; index += 1) {
      await step.run(`step-${index}`, index === 120 ? failing(attempt, 2, "hiccup") : () => index);
    }
    return "x".repeat(10_000);
  });
  const single = inngest.createFunction(
    { id: "single", singleton: { mode: "skip" }, cancelOn: [{ event: "stop" }], ...on("single") },
    async ({ step }) => step.sleep("a-day", day),
  );
  const plain = inngest.createFunction({ id: "plain", ...on("plain") }, () => "done");
  return { inngest, child, welcome, parallel, flaky, broken, approval, parent, signal, long, single, plain };
}

function dataOf({ data }: { readonly data: object }): { readonly [key: string]: unknown } {
  return { ...data };
}

/** Starts an engine with the app at a Monday morning. */
export async function startShop(
  options: { readonly seed?: number; readonly now?: string } = {},
): Promise<TestEngine & { readonly app: ReturnType<typeof makeApp> }> {
  const app = makeApp();
  const engine = await createTestEngine({ client: app.inngest, now: monday, ...options });
  return Object.assign(engine, { app });
}

/** Sends an event and gives the run that it started. */
export async function runOfEvent(engine: TestEngine, name: string, data: object = {}): Promise<TestRun> {
  const sent = await engine.send({ name, data });
  return sent.run();
}

/** The run once it has ended. */
export async function endedRun(engine: TestEngine, name: string, data: object = {}): Promise<TestRun> {
  const run = await runOfEvent(engine, name, data);
  return run.ended();
}
