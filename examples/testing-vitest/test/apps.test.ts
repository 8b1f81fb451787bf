// Apps that the engine does not attach by itself: handlers of `serve`, and other processes.
import { createTestEngine } from "@stepwright/testing";
import { Inngest } from "inngest";
import { serve } from "inngest/edge";
import { expect, test } from "vitest";

test("a handler of serve", async () => {
  await using engine = await createTestEngine();
  const client = new Inngest({ id: "another-shop", ...engine.clientOptions });
  const greet = client.createFunction({ id: "greet", triggers: [{ event: "greet" }] }, async ({ step }) => {
    await step.sendEvent("greeted", { name: "greeted" });
    return "hello";
  });
  await engine.register(serve({ client, functions: [greet] }));

  const sent = await engine.send({ name: "greet" });
  const run = await sent.run();
  expect(await run.result()).toBe("hello");
  expect(await engine.events({ name: "greeted" })).toHaveLength(1);
});
