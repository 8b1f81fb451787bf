// Monday morning's digest, the scalable way: one event, and so one run, for each user.
import { cron } from "inngest";
import { recordExecution } from "stepwright-example-nextjs/lib/executions.ts";
import { digestUsers } from "stepwright-example-nextjs/lib/users.ts";
import { digestWanted, inngest } from "../client.ts";

/** Queues one digest for each user who wants it, Mondays at 9:00 UTC. */
export const weeklyDigestFanout = inngest.createFunction(
  { id: "weekly-digest-fanout", retries: 1, triggers: [cron("0 9 * * MON")] },
  async ({ step, runId, attempt }) => {
    const users = await step.run("get-users", () => {
      recordExecution({ runId, step: "get-users", attempt });
      return digestUsers();
    });

    await inngest.send(users.map(({ id }) => digestWanted.create({ userId: id })));

    return { queued: users.length };
  },
);
