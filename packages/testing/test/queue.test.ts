// The queue in the hands of the test.
import { createTestEngine } from "@stepwright/testing";
import { Inngest } from "inngest";
import { expect, test } from "vitest";

function makeShop() {
  const inngest = new Inngest({ id: "shop" });
  const called: string[] = [];
  const mail = inngest.createFunction({ id: "mail", triggers: [{ event: "signed-up" }] }, async ({ step }) => {
    called.push("mail");
    await step.sleep("nap", "1h");
  });
  const score = inngest.createFunction({ id: "score", triggers: [{ event: "signed-up" }] }, async ({ step }) => {
    called.push("score");
    await step.sendEvent("tell", { name: "scored" });
  });
  const rank = inngest.createFunction({ id: "rank", triggers: [{ event: "scored" }] }, () => void called.push("rank"));
  return { inngest, mail, score, rank, called };
}

test("nothing is called while the queue is paused, and everything when it goes on", async () => {
  const { inngest, called } = makeShop();
  await using engine = await createTestEngine({ client: inngest });
  await engine.queue.pause();
  const sent = await engine.send({ name: "signed-up" });
  expect(called).toEqual([]);
  expect((await sent.runs()).map(({ status }) => status)).toEqual(["queued", "queued"]);
  expect(await engine.queue.size()).toBe(2);
  await engine.queue.resume();
  expect(called.toSorted()).toEqual(["mail", "rank", "score"]);
  expect(await engine.queue.pending()).toMatchObject([{ functionSlug: "shop-mail", kind: "sleeping", step: "nap" }]);
});

test("draining does what is due of some functions, and leaves the others where they are", async () => {
  const { inngest, score, mail, rank, called } = makeShop();
  await using engine = await createTestEngine({ client: inngest });
  await engine.queue.pause();
  await engine.send({ name: "signed-up" });
  await engine.queue.drain({ only: score });
  expect(called).toEqual(["score"]);
  expect(await engine.queue.size(mail, rank)).toBe(2);
  await engine.send({ name: "signed-up" });
  expect(called).toEqual(["score"]);
  await engine.queue.drain();
  expect(called.toSorted()).toEqual(["mail", "mail", "rank", "rank", "score", "score"]);
});

test("some functions are paused and the others go on", async () => {
  const { inngest, mail, called } = makeShop();
  await using engine = await createTestEngine({ client: inngest });
  await engine.queue.pause(mail);
  await engine.send({ name: "signed-up" });
  expect(called).toEqual(["score", "rank"]);
  await engine.queue.resume(mail);
  expect(called).toEqual(["score", "rank", "mail"]);
});

test("the queue is cleared", async () => {
  const { inngest, mail, called } = makeShop();
  await using engine = await createTestEngine({ client: inngest });
  await engine.queue.pause();
  const sent = await engine.send({ name: "signed-up" });
  expect(await engine.queue.clear(mail)).toBe(1);
  expect((await sent.run(mail)).status).toBe("cancelled");
  await engine.queue.resume();
  expect(called).toEqual(["score", "rank"]);
  expect(await engine.queue.clear()).toBe(0);
});

test("a paused queue stays paused through a crash, and is open after a reset", async () => {
  const { inngest, called } = makeShop();
  await using engine = await createTestEngine({ client: inngest });
  await engine.queue.pause();
  await engine.send({ name: "signed-up" });
  await engine.crash();
  expect(called).toEqual([]);
  expect(await engine.queue.size()).toBe(2);
  await engine.reset();
  expect(await engine.runs()).toEqual([]);
  await engine.send({ name: "signed-up" });
  expect(called.toSorted()).toEqual(["mail", "rank", "score"]);
});
