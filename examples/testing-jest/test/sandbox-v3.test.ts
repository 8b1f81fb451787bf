// SDK v3, in a file of its own: the two majors keep different things under one global name.
import { expect, jest, test } from "@jest/globals";
import { createTestEngine } from "@stepwright/testing";
import { Inngest } from "inngest-v3";
import { serve } from "inngest-v3/edge";
import { getAsyncCtx } from "inngest-v3/experimental";

test("SDK v3 knows where it is called from, and is skipped through time", async () => {
  const warn = jest.spyOn(console, "warn");
  const client = new Inngest({ id: "old-shop" });
  const nap = client.createFunction({ id: "nap" }, { event: "nap/wanted" }, async ({ step, runId }) => {
    await step.sleep("nap", "1h");
    const known = await getAsyncCtx();
    return known?.execution?.ctx.runId === runId;
  });
  await using engine = await createTestEngine({ client, functions: [nap], serve });
  const sent = await client.send({ name: "nap/wanted" });
  await engine.clock.settle();
  const [run] = await engine.runs({ event: "nap/wanted" });
  expect(sent.ids).toHaveLength(1);
  expect(await run?.result()).toBe(true);
  expect(warn).not.toHaveBeenCalled();
});
