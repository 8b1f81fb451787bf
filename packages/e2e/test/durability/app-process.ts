// An app as a process of its own, so that it can be killed: `app-process <outbox file> <server url> <port>`.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { sdks } from "../harness/sdk.ts";
import { openOutbox } from "./outbox.ts";

const [file = "", serverUrl = "", port = "0"] = process.argv.slice(2);
const outbox = openOutbox(file);
const [sdk] = sdks;
const client = sdk.client({ id: "durable", baseUrl: serverUrl, isDev: true, eventKey: "test" });

const done = (runId: string, step: string, attempt: number) => () => {
  outbox.record({ runId, step, attempt });
  return step;
};

const functions = [
  client.define({ id: "sleeper" }, { event: "durable/sleep" }, async ({ event, step, runId, attempt }) => {
    await step.run("before", done(runId, "before", attempt));
    await step.sleep("nap", String(event.data["nap"]));
    return step.run("after", done(runId, "after", attempt));
  }),
  client.define({ id: "waiter" }, { event: "durable/wait" }, async ({ step, runId, attempt }) => {
    await step.run("before", done(runId, "before", attempt));
    const answer = await step.waitForEvent("answer", { event: "durable/answer", timeout: "1h", match: "data.id" });
    await step.run("after", done(runId, "after", attempt));
    return answer?.data;
  }),
  client.define({ id: "retrier", retries: 5 }, { event: "durable/retry" }, async ({ step, runId, attempt }) =>
    step.run("shaky", () => {
      outbox.record({ runId, step: "shaky", attempt });
      if (attempt < 3) throw new Error(`try ${attempt} fails`);
      return attempt;
    }),
  ),
  client.define({ id: "slow", retries: 5 }, { event: "durable/slow" }, async ({ step, runId, attempt }) => {
    await step.run("first", done(runId, "first", attempt));
    return step.run("second", async () => {
      outbox.record({ runId, step: "second", attempt });
      // Long enough to be killed in; the test ends it by killing, or lets it finish.
      await new Promise((resolve) => setTimeout(resolve, attempt === 0 ? 2_000 : 1));
      return attempt;
    });
  }),
];

const server = createServer(client.serve(functions));
server.listen(Number(port), () => {
  process.stdout.write(`serving on ${(server.address() as AddressInfo).port}\n`);
});
