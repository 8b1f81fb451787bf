// An application made for killing: functions that are at work, asleep, waiting or about to try again.
// `node orders.ts v3|v4` serves it on $PORT; every execution of a step is written to the reference application's database.
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { database } from "stepwright-example-nextjs/lib/database.ts";
import { listDependencies, requireDependency } from "stepwright-example-nextjs/lib/dependencies.ts";
import { recordExecution } from "stepwright-example-nextjs/lib/executions.ts";
import { sdks } from "../harness/sdk.ts";

const [, , major] = process.argv;
const sdk = sdks.find(({ name }) => name === major);
if (sdk === undefined) throw new Error(`"${String(major)}" is no major of the SDK; give v3 or v4`);

// Made now, so that a test can look into it before the first step runs.
database();

const client = sdk.client({ id: "orders", baseUrl: process.env["INNGEST_DEV"] ?? "", isDev: true, eventKey: "test" });

const hold = client.define({ id: "hold", retries: 10 }, { event: "order/held" }, async ({ step, runId, attempt }) => {
  await step.run("before", () => recordExecution({ runId, step: "before", attempt }));
  await step.run("held", async () => {
    recordExecution({ runId, step: "held", attempt });
    // At work for as long as the test wants it to be.
    while (listDependencies().some(({ name, failuresLeft }) => name === "risky-service" && failuresLeft !== 0))
      await pause(10);
  });
  await step.run("after", () => recordExecution({ runId, step: "after", attempt }));
  return "released";
});

const sleeper = client.define({ id: "sleeper" }, { event: "order/parked" }, async ({ step, runId, attempt }) => {
  await step.run("before", () => recordExecution({ runId, step: "before", attempt }));
  await step.sleep("nap", "3s");
  await step.run("after", () => recordExecution({ runId, step: "after", attempt }));
  return "slept";
});

const waiter = client.define({ id: "waiter" }, { event: "order/parked" }, async ({ step, runId, attempt }) => {
  await step.run("before", () => recordExecution({ runId, step: "before", attempt }));
  const released = await step.waitForEvent("wait", {
    event: "order/released",
    timeout: "1h",
    if: "event.data.key == async.data.key",
  });
  return released?.data["by"];
});

const retrier = client.define(
  { id: "retrier", retries: 5 },
  { event: "order/parked" },
  async ({ step, runId, attempt }) => {
    await step.run("before", () => recordExecution({ runId, step: "before", attempt }));
    return step.run("risky", () => {
      recordExecution({ runId, step: "risky", attempt });
      requireDependency("risky-service");
      return attempt;
    });
  },
);

const server = createServer(client.serve([hold, sleeper, waiter, retrier]));
server.listen(Number(process.env["PORT"] ?? 0), () => {
  const address = server.address();
  process.stdout.write(
    `serving http://localhost:${typeof address === "object" && address !== null ? address.port : ""}/api/inngest\n`,
  );
});
