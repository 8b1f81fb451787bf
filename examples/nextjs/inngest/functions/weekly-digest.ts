// Monday morning's digest, the simple way: one run sends it to everybody.
import { digestEmail } from "../../lib/digest.ts";
import { recordExecution } from "../../lib/executions.ts";
import { inngest } from "../../lib/inngest.ts";
import { sendEmails } from "../../lib/outbox.ts";
import { digestUsers } from "../../lib/users.ts";

/** Sends the weekly digest to all who want it, Mondays at 9:00 UTC. */
export const weeklyDigest = inngest.createFunction(
  { id: "weekly-digest", retries: 2 },
  { cron: "0 9 * * MON" },
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
