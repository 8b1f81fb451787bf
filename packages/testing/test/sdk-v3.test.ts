// SDK v3, in a file of its own: the two majors keep different things under one global name.
import { startTestServer } from "@stepwright/testing";
import { Inngest } from "inngest-v3";
import { serve } from "inngest-v3/edge";
import { expect, onTestFinished, test } from "vitest";

test("SDK v3 is skipped through time as well", async () => {
  const server = await startTestServer({ start: new Date("2026-11-23T08:00:00Z") });
  onTestFinished(() => server.stop());
  const inngest = new Inngest({ id: "old-shop", ...server.clientOptions });
  const nap = inngest.createFunction({ id: "nap" }, { event: "nap/wanted" }, async ({ step }) => {
    await step.sleep("nap", "1h");
    return step.run("rested", () => "rested");
  });
  await server.register(serve({ client: inngest, functions: [nap] }));

  // Sent through the SDK, which stamps the event with the real time.
  const { ids } = await inngest.send({ name: "nap/wanted" });
  await server.clock.advance("59m");
  expect(await server.runsOf(ids[0] ?? "")).toMatchObject([{ status: "running", doing: [{ kind: "sleeping" }] }]);
  await server.clock.advance("1m");
  expect(await server.runsOf(ids[0] ?? "")).toMatchObject([{ status: "completed", output: "rested" }]);
});
