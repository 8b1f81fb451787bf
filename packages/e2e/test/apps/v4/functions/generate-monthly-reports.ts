// Computes a month's three reports at the same time and sends them to the team.
import { recordExecution } from "stepwright-example-nextjs/lib/executions.ts";
import { sendEmail } from "stepwright-example-nextjs/lib/outbox.ts";
import { reportEmail } from "stepwright-example-nextjs/lib/report-email.ts";
import { churnReport, salesReport, usageReport } from "stepwright-example-nextjs/lib/reports.ts";
import { inngest, reportsWanted } from "../client.ts";

/** Generates the sales, usage and churn reports in parallel and emails all three. */
export const generateMonthlyReports = inngest.createFunction(
  { id: "generate-monthly-reports", retries: 1, triggers: [reportsWanted] },
  async ({ event, step, runId, attempt }) => {
    const { month, year } = event.data;

    const [sales, usage, churn] = await Promise.all([
      step.run("generate-sales-report", () => {
        recordExecution({ runId, step: "generate-sales-report", attempt });
        return salesReport({ month, year });
      }),
      step.run("generate-usage-report", () => {
        recordExecution({ runId, step: "generate-usage-report", attempt });
        return usageReport({ month, year });
      }),
      step.run("generate-churn-report", () => {
        recordExecution({ runId, step: "generate-churn-report", attempt });
        return churnReport({ month, year });
      }),
    ]);

    await step.run("email-reports-to-team", () => {
      const execution = recordExecution({ runId, step: "email-reports-to-team", attempt });
      return sendEmail(execution, reportEmail({ month, year }, { sales, usage, churn }));
    });

    return { month, year, sales, usage, churn };
  },
);
