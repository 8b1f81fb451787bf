// Two mails in a week, in a test of milliseconds.
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { createTestEngine, type TestEngine } from "@stepwright/testing";
import "@stepwright/testing/jest";
import { outbox } from "../mail";
import { inngest } from "./client";
import { confirmReader } from "./confirm-reader";

const reader = { readerId: "r-1", email: "ada@example.com" };

let engine: TestEngine;

beforeEach(async () => {
  outbox.length = 0;
  engine = await createTestEngine({ client: inngest, functions: [confirmReader] });
});

afterEach(() => engine.stop());

test("a reader who clicks at once gets one mail", async () => {
  const sent = await engine.send({ name: "reader/subscribed", data: reader });
  const run = await sent.run();
  expect(run).toBeWaitingFor("reader/confirmed", { match: "data.readerId", until: "2d" });

  await engine.send({ name: "reader/confirmed", data: { readerId: "r-1" } });
  expect(run).toHaveCompletedWith({ confirmed: true, mails: 1 });
});

test("a reader who does not click is reminded after two days, and may still click", async () => {
  const sent = await engine.send({ name: "reader/subscribed", data: reader });
  const run = await sent.run();
  await engine.clock.advance("2d");
  expect(outbox.map(({ subject }) => subject)).toEqual(["Please confirm your address", "One click is missing"]);
  await engine.send({ name: "reader/confirmed", data: { readerId: "r-1" } });
  expect(await run.result()).toEqual({ confirmed: true, mails: 2 });
});

test("a reader who never clicks is left alone after a week", async () => {
  const sent = await engine.send({ name: "reader/subscribed", data: reader });
  const run = await sent.run();
  expect(await run.result()).toEqual({ confirmed: false, mails: 2 });
  expect(run.step("wait-for-late-click").status).toBe("timedOut");
});

test("a mail that cannot be sent is sent later", async () => {
  engine.stub(confirmReader, "ask").fails({ times: 2, error: "the mail server is away" });
  const run = await engine.invoke(confirmReader, reader);
  await run.result();
  expect(run).toHaveRunStep("ask", { attempts: 3 });
  expect(run.step("ask").tries[0]?.error?.message).toBe("the mail server is away");
});
