// Tells the shopkeeper how the day was.
import { cron } from "inngest";
import { sendMail } from "../mail.ts";
import { turnover } from "../payments.ts";
import { inngest } from "./client.ts";

/** Mails the turnover every night at two. */
export const nightlyReport = inngest.createFunction(
  { id: "nightly-report", triggers: [cron("0 2 * * *")] },
  async ({ step }) => {
    const total = await step.run("add-up", () => turnover());
    await step.run("send-report", () => sendMail({ to: "keeper@example.com", subject: `Turnover: ${total}` }));
    return { total };
  },
);
