// The example of the documentation, as a user would write it: README and docstrings quote it.
import { createTestEngine } from "@stepwright/testing";
import { Inngest } from "inngest";
import { expect, test } from "vitest";

const inngest = new Inngest({ id: "shop" });
const remind = inngest.createFunction({ id: "remind", triggers: [{ event: "cart/left" }] }, async ({ event, step }) => {
  await step.sleep("wait", "3d");
  return step.run("send", () => `reminded ${event.data.email}`);
});

test("somebody who leaves a cart is reminded after three days", async () => {
  await using engine = await createTestEngine({ client: inngest, functions: [remind] });
  const sent = await engine.send({ name: "cart/left", data: { email: "ada@example.com" } });
  const run = await sent.run();
  expect(await run.result()).toBe("reminded ada@example.com");
  expect(run.step("wait").durationMs).toBe(3 * 86_400_000);
});
