// Takes the money, tells the rest of the shop, and asks how it was two weeks later.
import { sendMail } from "../mail.ts";
import { charge } from "../payments.ts";
import { inngest, orderPaid, orderPlaced } from "./client.ts";

/** Charges an order. */
export const chargeOrder = inngest.createFunction(
  { id: "charge-order", retries: 4, triggers: [orderPlaced] },
  async ({ event, step }) => {
    const { orderId, email, amount } = event.data;

    const receipt = await step.run("charge-card", () => charge({ orderId, amount }));
    await step.sendEvent("tell-others", orderPaid.create({ orderId, receipt }));

    await step.sleep("wait-for-delivery", "14 days");
    await step.run("ask-for-review", () => sendMail({ to: email, subject: "How was it?" }));
    return { receipt };
  },
);
