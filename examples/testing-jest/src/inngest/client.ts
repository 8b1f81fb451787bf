// The client and the events of the newsletter.
import { eventType, Inngest, staticSchema } from "inngest";

/** The client that functions are made with. */
export const inngest = new Inngest({ id: "newsletter" });

/** Somebody wants the newsletter. */
export const subscribed = eventType("reader/subscribed", {
  schema: staticSchema<{ readerId: string; email: string }>(),
});

/** Somebody clicked the link in the mail. */
export const confirmed = eventType("reader/confirmed", { schema: staticSchema<{ readerId: string }>() });
