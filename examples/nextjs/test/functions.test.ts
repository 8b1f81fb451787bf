// The application as it is: its own client, its own functions, SDK v3.
import { serve } from "inngest/edge";
import { functions } from "../inngest/index.ts";
import { inngest } from "../lib/inngest.ts";
import { describeFunctions } from "./describe-functions.ts";

describeFunctions("the nine functions on SDK v3", {
  client: inngest,
  functions,
  createLadder: (climb) =>
    inngest.createFunction({ id: "ladder", retries: 20 }, { event: "my/event" }, ({ step }) =>
      step.run("climb", climb),
    ),
  serve,
});
