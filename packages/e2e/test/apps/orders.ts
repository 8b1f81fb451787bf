// An application made for killing: functions that are at work, asleep, waiting or about to try again at every moment.
// `node orders.ts v3|v4` serves it on $PORT; every execution of a step is written to the reference application's database.
import { createServer } from "node:http";
import { setTimeout as work } from "node:timers/promises";
import { database } from "stepwright-example-nextjs/lib/database.ts";
import { listDependencies, requireDependency } from "stepwright-example-nextjs/lib/dependencies.ts";
import { recordExecution } from "stepwright-example-nextjs/lib/executions.ts";
import { sendEmail } from "stepwright-example-nextjs/lib/outbox.ts";
import { sdks } from "../harness/sdk.ts";

const [, , major] = process.argv;
const sdk = sdks.find(({ name }) => name === major);
if (sdk === undefined) throw new Error(`"${String(major)}" is no major of the SDK; give v3 or v4`);

// Made now, so that a test can look into it before the first step runs.
database();

const client = sdk.client({ id: "orders", baseUrl: process.env["INNGEST_DEV"] ?? "", isDev: true, eventKey: "test" });

/** Runs a step's work: notes that it begins, takes its time, and leaves an email as the effect that cannot be taken back. */
async function perform(execution: { readonly runId: string; readonly step: string; readonly attempt: number }, ms: number): Promise<string> {
  recordExecution(execution);
  await work(ms);
  sendEmail(execution, { kind: execution.step, to: execution.runId, subject: execution.step, body: "" });
  return execution.step;
}

const processOrder = client.define({ id: "process-order", retries: 3 }, { event: "order/placed" }, async ({ event, step, runId, attempt }) => {
  const n = Number(event.data["n"]);
  await step.run("charge", () => perform({ runId, step: "charge", attempt }, 2 + (n % 10)));
  if (n % 10 === 0) {
    await step.run("flaky", async () => {
      await perform({ runId, step: "flaky", attempt }, 1);
      if (attempt === 0) throw new Error("try again");
    });
  }
  await step.sleep("settle", "1s");
  await Promise.all(["pack", "label"].map((name) => step.run(name, () => perform({ runId, step: name, attempt }, 2 + (n % 5)))));
  await step.run("ship", () => perform({ runId, step: "ship", attempt }, 1));
  return { n };
});

const hold = client.define({ id: "hold", retries: 10 }, { event: "order/held" }, async ({ step, runId, attempt }) => {
  await step.run("before", () => perform({ runId, step: "before", attempt }, 0));
  await step.run("held", async () => {
    recordExecution({ runId, step: "held", attempt });
    // At work for as long as the test wants it to be.
    while (listDependencies().some(({ name, failuresLeft }) => name === "risky-service" && failuresLeft !== 0)) await work(10);
  });
  await step.run("after", () => perform({ runId, step: "after", attempt }, 0));
  return "released";
});

const sleeper = client.define({ id: "sleeper" }, { event: "order/parked" }, async ({ step, runId, attempt }) => {
  await step.run("before", () => perform({ runId, step: "before", attempt }, 0));
  await step.sleep("nap", "3s");
  await step.run("after", () => perform({ runId, step: "after", attempt }, 0));
  return "slept";
});

const waiter = client.define({ id: "waiter" }, { event: "order/parked" }, async ({ step, runId, attempt }) => {
  await step.run("before", () => perform({ runId, step: "before", attempt }, 0));
  const released = await step.waitForEvent("wait", { event: "order/released", timeout: "1h", if: "event.data.key == async.data.key" });
  return released?.data["by"];
});

const retrier = client.define({ id: "retrier", retries: 5 }, { event: "order/parked" }, async ({ step, runId, attempt }) => {
  await step.run("before", () => perform({ runId, step: "before", attempt }, 0));
  return step.run("risky", () => {
    recordExecution({ runId, step: "risky", attempt });
    requireDependency("risky-service");
    return attempt;
  });
});

const server = createServer(client.serve([processOrder, hold, sleeper, waiter, retrier]));
server.listen(Number(process.env["PORT"] ?? 0), () => {
  const address = server.address();
  process.stdout.write(`serving http://localhost:${typeof address === "object" && address !== null ? address.port : ""}/api/inngest\n`);
});
