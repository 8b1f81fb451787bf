// Monday morning's digest, the scalable way: one event, and so one run, for each user.
import { recordExecution } from "../../lib/executions.ts";
import { inngest } from "../../lib/inngest.ts";
import { digestUsers } from "../../lib/users.ts";

/** Queues one digest for each user who wants it, Mondays at 9:00 UTC. */
export const weeklyDigestFanout = inngest.createFunction(
  { id: "weekly-digest-fanout", retries: 1 },
  { cron: "0 9 * * MON" },
  async ({ step, runId, attempt }) => {
    const users = await step.run("get-users", () => {
      recordExecution({ runId, step: "get-users", attempt });
      return digestUsers();
    });

    await inngest.send(users.map(({ id }) => ({ name: "digest/send-to-user" as const, data: { userId: id } })));

    return { queued: users.length };
  },
);
