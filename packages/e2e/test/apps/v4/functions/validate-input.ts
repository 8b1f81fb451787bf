// Input that can never become valid: the run fails at once instead of being tried again.
import { NonRetriableError } from "inngest";
import { isEmailAddress } from "stepwright-example-nextjs/lib/email-address.ts";
import { recordExecution } from "stepwright-example-nextjs/lib/executions.ts";
import { inngest, validationWanted } from "../client.ts";

/** Accepts or refuses an email address. */
export const validateInput = inngest.createFunction(
  { id: "validate-input", triggers: [validationWanted] },
  async ({ event, step, runId, attempt }) => {
    return step.run("validate-input", () => {
      recordExecution({ runId, step: "validate-input", attempt });
      const { email } = event.data;
      if (!isEmailAddress(email)) throw new NonRetriableError(`${JSON.stringify(email)} is not an email address`);
      return { email, valid: true };
    });
  },
);
