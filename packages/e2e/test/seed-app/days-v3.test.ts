// The reference application itself, SDK v3: its own functions and its own client.
import { describeDays } from "./days.ts";

describeDays("the reference application on SDK v3", async () => {
  const [{ serve }, { inngest }, { functions }] = await Promise.all([
    import("inngest-v3/edge"),
    import("stepwright-example-nextjs/lib/inngest.ts"),
    import("stepwright-example-nextjs/inngest/index.ts"),
  ]);
  return serve({ client: inngest, functions });
});
