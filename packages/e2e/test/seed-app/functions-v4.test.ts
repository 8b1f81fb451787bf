// The nine functions in SDK v4's form, through the tests of the application itself.
import { serve } from "inngest/edge";
import { describeFunctions } from "stepwright-example-nextjs/test/describe-functions.ts";
import { inngest, myEvent } from "../apps/v4/client.ts";
import { functions } from "../apps/v4/functions.ts";

describeFunctions("the nine functions on SDK v4", {
  client: inngest,
  functions,
  createLadder: (climb) =>
    inngest.createFunction({ id: "ladder", retries: 20, triggers: [myEvent] }, ({ step }) => step.run("climb", climb)),
  serve,
});
