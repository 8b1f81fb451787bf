// The reference application's functions in SDK v4's form.
import { describeDays } from "./days.ts";

describeDays("the reference application on SDK v4", async () => {
  const [{ serve }, { inngest }, { functions }] = await Promise.all([
    import("inngest/edge"),
    import("../apps/v4/client.ts"),
    import("../apps/v4/functions.ts"),
  ]);
  return serve({ client: inngest, functions });
});
