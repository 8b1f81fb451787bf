// Imports an uploaded CSV file of orders and tells the user who uploaded it.
import { NonRetriableError } from "inngest";
import { MalformedCsv, parseCsv } from "stepwright-example-nextjs/lib/csv.ts";
import type { CsvRow } from "stepwright-example-nextjs/lib/csv.ts";
import { recordExecution } from "stepwright-example-nextjs/lib/executions.ts";
import { orderColumns, validateRows } from "stepwright-example-nextjs/lib/order-rows.ts";
import { importOrders } from "stepwright-example-nextjs/lib/orders.ts";
import { sendEmail } from "stepwright-example-nextjs/lib/outbox.ts";
import { findUser } from "stepwright-example-nextjs/lib/users.ts";
import { fileUploaded, inngest } from "../client.ts";

const downloadTimeoutMs = 30_000;

/** Downloads, checks and imports a file; a failing import is tried again without downloading or checking again. */
export const processCsvUpload = inngest.createFunction(
  { id: "process-csv-upload", retries: 2, triggers: [fileUploaded] },
  async ({ event, step, runId, attempt }) => {
    const { fileUrl, userId, fileName } = event.data;

    const rows = await step.run("parse-csv", () => {
      recordExecution({ runId, step: "parse-csv", attempt });
      return downloadRows(fileUrl);
    });

    const { valid, invalid } = await step.run("validate-rows", () => {
      recordExecution({ runId, step: "validate-rows", attempt });
      return validateRows(rows);
    });

    const imported = await step.run("insert-to-database", () => {
      recordExecution({ runId, step: "insert-to-database", attempt });
      return importOrders(runId, valid);
    });

    const skipped = rows.length - imported;

    await step.run("notify-user", () => {
      const execution = recordExecution({ runId, step: "notify-user", attempt });
      const problems = invalid.map(({ line, reason }) => `Line ${line}: ${reason}.`);
      return sendEmail(execution, {
        kind: "import-finished",
        // An event sent by hand may name a user who is not in the database; the email then goes to that name.
        to: findUser(userId)?.email ?? userId,
        subject: `${fileName}: ${imported} imported, ${skipped} skipped`,
        body: problems.length === 0 ? "No row was faulty." : problems.join("\n"),
      });
    });

    return { imported, skipped };
  },
);

async function downloadRows(fileUrl: string): Promise<CsvRow[]> {
  const response = await fetch(fileUrl, { signal: AbortSignal.timeout(downloadTimeoutMs) });
  if (!response.ok) throw new Error(`downloading ${fileUrl} answered ${response.status}`);
  const text = await response.text();
  try {
    return parseCsv(text, orderColumns);
  } catch (error) {
    if (error instanceof MalformedCsv) throw new NonRetriableError(error.message, { cause: error });
    throw error;
  }
}
