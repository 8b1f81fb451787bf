// Brings people back to their carts.
import { sendMail } from "../mail.ts";
import { cartLeft, inngest, orderPlaced } from "./client.ts";

/** Reminds somebody of a cart after three days, unless it has become an order by then. */
export const remindOfCart = inngest.createFunction(
  { id: "remind-of-cart", triggers: [cartLeft] },
  async ({ event, step }) => {
    const order = await step.waitForEvent("wait-for-order", {
      event: orderPlaced,
      match: "data.cartId",
      timeout: "3d",
    });
    if (order !== null) return { reminded: false };

    await step.run("send-reminder", () => sendMail({ to: event.data.email, subject: "Your cart is still here" }));
    return { reminded: true };
  },
);
