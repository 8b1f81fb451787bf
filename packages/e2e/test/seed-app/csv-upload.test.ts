// `process-csv-upload` on real files: what is imported, what is skipped, and which steps run again when the store fails.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listen, portOf } from "../harness/app.ts";
import { repository } from "../harness/child.ts";
import { stepsOf } from "../harness/server-api.ts";
import { describeApplication } from "./application.ts";

const header = "order_id,email,amount,ordered_on";

/** Serves a file until the end of the test; returns the event that says it was uploaded. */
async function upload(file: string): Promise<{ readonly name: string; readonly data: object }> {
  const files = await listen((_request, response) => response.end(file));
  const fileUrl = `http://localhost:${portOf(files)}/orders.csv`;
  return {
    name: "file/uploaded",
    data: { fileUrl, userId: "user-ada", fileName: "orders.csv", fileSize: file.length },
  };
}

describeApplication((application) => {
  test("process-csv-upload imports 250 rows in batches, skips what is faulty or there already, and tells the user", async () => {
    const rows = Array.from(
      { length: 250 },
      (_, n) => `order-${n},ada@example.com,${n}.50,2026-10-${String((n % 28) + 1).padStart(2, "0")}`,
    );
    const event = await upload([header, ...rows, "broken,not-an-address,1.00,2026-10-01", rows[0]].join("\n"));

    const run = await application.run(event);
    expect(run).toMatchObject({ status: "completed", output: { imported: 250, skipped: 2 } });
    expect(application.executedSteps(run)).toEqual(["parse-csv", "validate-rows", "insert-to-database", "notify-user"]);
    const [, validated] = stepsOf(run);
    expect(validated).toMatchObject({
      name: "validate-rows",
      output: { invalid: [{ line: 252, reason: '"not-an-address" is not an email address' }] },
    });
    expect(application.app.emails(run.id)).toMatchObject([
      {
        kind: "import-finished",
        to: "ada@example.com",
        subject: "orders.csv: 250 imported, 2 skipped",
        body: 'Line 252: "not-an-address" is not an email address.',
      },
    ]);
    expect(application.app.value("SELECT count(*) FROM orders")).toBe(250);

    const again = await application.run(event);
    expect(again).toMatchObject({ status: "completed", output: { imported: 0, skipped: 252 } });
    expect(application.app.value("SELECT count(*) FROM orders")).toBe(250);
  });

  test("process-csv-upload: a failing third step never runs the first two again", async () => {
    application.app.breakDependency("order-store", 2);
    const sample = readFileSync(join(repository, "examples/nextjs/public/sample-orders.csv"), "utf8");
    const run = await application.run(await upload(sample));
    expect(run.status).toBe("completed");
    expect(application.app.executions(run.id).map(({ step, attempt }) => [step, attempt])).toEqual([
      ["parse-csv", 0],
      ["validate-rows", 0],
      ["insert-to-database", 0],
      ["insert-to-database", 1],
      ["insert-to-database", 2],
      ["notify-user", 0],
    ]);
    expect(stepsOf(run).map(({ name, attempts }) => [name, attempts.map(({ status }) => status)])).toEqual([
      ["parse-csv", ["completed"]],
      ["validate-rows", ["completed"]],
      ["insert-to-database", ["failed", "failed", "completed"]],
      ["notify-user", ["completed"]],
    ]);
  });

  test("process-csv-upload: a store that stays down fails the run after the first try and two retries", async () => {
    application.app.breakDependency("order-store", null);
    const run = await application.run(await upload(`${header}\n`));
    application.app.breakDependency("order-store", 0);
    expect(run).toMatchObject({ status: "failed", error: { message: "order-store is down" } });
    expect(application.executedSteps(run)).toEqual([
      "parse-csv",
      "validate-rows",
      "insert-to-database",
      "insert-to-database",
      "insert-to-database",
    ]);
    expect(application.app.emails(run.id)).toEqual([]);
  });

  test("process-csv-upload: what is no such CSV fails at once", async () => {
    const run = await application.run(await upload("no,header\n1,2"));
    expect(run).toMatchObject({
      status: "failed",
      error: { message: "the file has no column order_id, email, amount, ordered_on" },
    });
    expect(application.executedSteps(run)).toEqual(["parse-csv"]);
  });
});
