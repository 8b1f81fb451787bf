// Monday morning's digest, the simple way: one run sends it to everybody.
import { cron } from "inngest";
import { digestEmail } from "stepwright-example-nextjs/lib/digest.ts";
import { recordExecution } from "stepwright-example-nextjs/lib/executions.ts";
import { sendEmails } from "stepwright-example-nextjs/lib/outbox.ts";
import { digestUsers } from "stepwright-example-nextjs/lib/users.ts";
import { inngest } from "../client.ts";

/** Sends the weekly digest to all who want it, Mondays at 9:00 UTC. */
export const weeklyDigest = inngest.createFunction(
  { id: "weekly-digest", retries: 2, triggers: [cron("0 9 * * MON")] },
  async ({ step, runId, attempt }) => {
    const users = await step.run("get-digest-users", () => {
      recordExecution({ runId, step: "get-digest-users", attempt });
      return digestUsers();
    });

    const sent = await step.run("send-digests", () => {
      const execution = recordExecution({ runId, step: "send-digests", attempt });
      const now = Date.now();
      return sendEmails(
        execution,
        users.map((user) => digestEmail(user, now)),
      );
    });

    return { sent };
  },
);
