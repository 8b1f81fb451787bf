// The client and the events of the shop.
import { eventType, Inngest, staticSchema } from "inngest";

/** The client that functions are made with. */
export const inngest = new Inngest({ id: "shop" });

/** Somebody has put things into a cart and gone away. */
export const cartLeft = eventType("cart/left", { schema: staticSchema<{ cartId: string; email: string }>() });

/** Somebody has ordered what was in a cart. */
export const orderPlaced = eventType("order/placed", {
  schema: staticSchema<{ orderId: string; cartId: string; email: string; amount: number }>(),
});

/** An order is paid. */
export const orderPaid = eventType("order/paid", { schema: staticSchema<{ orderId: string; receipt: string }>() });
