// A step that fails until what it depends on recovers: made for watching retries.
import { requireDependency } from "../../lib/dependencies.ts";
import { recordExecution } from "../../lib/executions.ts";
import { inngest } from "../../lib/inngest.ts";

/** Tries a risky operation up to six times. */
export const myFunction = inngest.createFunction(
  { id: "my-function", retries: 5 },
  { event: "my/event" },
  async ({ event, step, runId, attempt, logger }) => {
    if (attempt > 0) logger.info(`my-function: attempt ${attempt}`);

    const result = await step.run("risky-operation", () => {
      recordExecution({ runId, step: "risky-operation", attempt });
      requireDependency("risky-service");
      return { message: event.data.message ?? "done", attempt };
    });

    return result;
  },
);
