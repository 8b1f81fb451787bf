// The example of the documentation, as a user would write it: README and docstrings quote it.
import { startTestServer } from "@stepwright/testing";
import { Inngest } from "inngest";
import { serve } from "inngest/edge";
import { expect, test } from "vitest";

test("somebody who leaves a cart is reminded after three days", async () => {
  const server = await startTestServer();
  const inngest = new Inngest({ id: "shop", ...server.clientOptions });
  const remind = inngest.createFunction(
    { id: "remind", triggers: [{ event: "cart/left" }] },
    async ({ event, step }) => {
      await step.sleep("wait", "3d");
      return step.run("send", () => `reminded ${event.data.email}`);
    },
  );
  await server.register(serve({ client: inngest, functions: [remind] }));

  const [eventId = ""] = await server.send({ name: "cart/left", data: { email: "ada@example.com" } });
  await server.clock.advance("3d");

  const [run] = await server.runsOf(eventId);
  expect(run?.output).toBe("reminded ada@example.com");
  await server.stop();
});
