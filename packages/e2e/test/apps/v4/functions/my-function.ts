// A step that fails until what it depends on recovers: made for watching retries.
import { requireDependency } from "stepwright-example-nextjs/lib/dependencies.ts";
import { recordExecution } from "stepwright-example-nextjs/lib/executions.ts";
import { inngest, myEvent } from "../client.ts";

/** Tries a risky operation up to six times. */
export const myFunction = inngest.createFunction(
  { id: "my-function", retries: 5, triggers: [myEvent] },
  async ({ event, step, runId, attempt }) => {
    const result = await step.run("risky-operation", () => {
      recordExecution({ runId, step: "risky-operation", attempt });
      requireDependency("risky-service");
      return { message: event.data.message ?? "done", attempt };
    });

    return result;
  },
);
