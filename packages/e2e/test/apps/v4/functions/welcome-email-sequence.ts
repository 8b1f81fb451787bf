// A new user's first week: a welcome, tips after two days, and an offer after a week for those on the free plan.
import { recordExecution } from "stepwright-example-nextjs/lib/executions.ts";
import { sendEmail } from "stepwright-example-nextjs/lib/outbox.ts";
import { findUser } from "stepwright-example-nextjs/lib/users.ts";
import { tipsEmail, upgradeEmail, welcomeEmail } from "stepwright-example-nextjs/lib/welcome-email.ts";
import { inngest, userSignedUp } from "../client.ts";

/** Sends a new user two or three emails over seven days. */
export const welcomeEmailSequence = inngest.createFunction(
  { id: "welcome-email-sequence", retries: 3, triggers: [userSignedUp] },
  async ({ event, step, runId, attempt }) => {
    const { userId, email, name } = event.data;

    await step.run("send-welcome-email", () => {
      const execution = recordExecution({ runId, step: "send-welcome-email", attempt });
      return sendEmail(execution, welcomeEmail({ email, name }));
    });

    await step.sleep("wait-before-tips", "2 days");

    await step.run("send-tips-email", () => {
      const execution = recordExecution({ runId, step: "send-tips-email", attempt });
      return sendEmail(execution, tipsEmail({ email, name }));
    });

    await step.sleep("wait-before-upgrade", "5 days");

    // Somebody who has left in the meantime has no plan, and gets no offer.
    const plan = await step.run("check-user-plan", () => {
      recordExecution({ runId, step: "check-user-plan", attempt });
      return findUser(userId)?.plan ?? null;
    });

    if (plan !== "free") return { userId, emailsSent: 2 };

    await step.run("send-upgrade-email", () => {
      const execution = recordExecution({ runId, step: "send-upgrade-email", attempt });
      return sendEmail(execution, upgradeEmail({ email, name }));
    });

    return { userId, emailsSent: 3 };
  },
);
