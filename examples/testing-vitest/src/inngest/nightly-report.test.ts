// The report comes by itself, every night.
import { createTestEngine } from "@stepwright/testing";
import { beforeEach, expect, test } from "vitest";
import { outbox } from "../mail.ts";
import { turnover } from "../payments.ts";
import { inngest } from "./client.ts";
import { nightlyReport } from "./nightly-report.ts";

beforeEach(() => {
  outbox.length = 0;
});

test("reports every night at two", async () => {
  await using engine = await createTestEngine({
    client: inngest,
    functions: [nightlyReport],
    now: "2026-11-21T12:00:00Z",
  });
  await engine.clock.advance("7d");

  const runs = await engine.runs({ function: nightlyReport });
  expect(runs.map(({ status }) => status)).toEqual(Array.from({ length: 7 }, () => "completed"));
  expect(outbox).toHaveLength(7);
});

test("reports at once when it is told to", async () => {
  await using engine = await createTestEngine({ client: inngest, functions: [nightlyReport] });
  const run = await engine.cron(nightlyReport);
  expect(await run.result()).toEqual({ total: turnover() });
});
