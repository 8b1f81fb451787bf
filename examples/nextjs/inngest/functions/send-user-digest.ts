// One user's weekly digest: what the fan-out queues.
import { digestEmail } from "../../lib/digest.ts";
import { recordExecution } from "../../lib/executions.ts";
import { inngest } from "../../lib/inngest.ts";
import { sendEmail } from "../../lib/outbox.ts";
import { findUser } from "../../lib/users.ts";

/** Sends the digest to one user; does nothing when the user is gone. */
export const sendUserDigest = inngest.createFunction(
  { id: "send-user-digest", retries: 3 },
  { event: "digest/send-to-user" },
  async ({ event, step, runId, attempt }) => {
    const user = await step.run("get-user", () => {
      recordExecution({ runId, step: "get-user", attempt });
      return findUser(event.data.userId);
    });

    if (!user) return { sent: false };

    await step.run("send-email", () => {
      const execution = recordExecution({ runId, step: "send-email", attempt });
      return sendEmail(execution, digestEmail(user, Date.now()));
    });

    return { sent: true };
  },
);
