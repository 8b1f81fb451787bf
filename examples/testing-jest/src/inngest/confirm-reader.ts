// Nobody gets a newsletter who has not confirmed the address.
import { sendMail } from "../mail";
import { confirmed, inngest, subscribed } from "./client";

/** Asks for a confirmation, reminds after two days, and gives up after a week. */
export const confirmReader = inngest.createFunction(
  { id: "confirm-reader", retries: 3, triggers: [subscribed] },
  async ({ event, step }) => {
    const { email } = event.data;

    await step.run("ask", () => sendMail({ to: email, subject: "Please confirm your address" }));
    const early = await step.waitForEvent("wait-for-click", {
      event: confirmed,
      match: "data.readerId",
      timeout: "2d",
    });
    if (early !== null) return { confirmed: true, mails: 1 };

    await step.run("remind", () => sendMail({ to: email, subject: "One click is missing" }));
    const late = await step.waitForEvent("wait-for-late-click", {
      event: confirmed,
      match: "data.readerId",
      timeout: "5d",
    });
    return { confirmed: late !== null, mails: 2 };
  },
);
