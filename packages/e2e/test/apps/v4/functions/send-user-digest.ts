// One user's weekly digest: what the fan-out queues.
import { digestEmail } from "stepwright-example-nextjs/lib/digest.ts";
import { recordExecution } from "stepwright-example-nextjs/lib/executions.ts";
import { sendEmail } from "stepwright-example-nextjs/lib/outbox.ts";
import { findUser } from "stepwright-example-nextjs/lib/users.ts";
import { digestWanted, inngest } from "../client.ts";

/** Sends the digest to one user; does nothing when the user is gone. */
export const sendUserDigest = inngest.createFunction(
  { id: "send-user-digest", retries: 3, triggers: [digestWanted] },
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
