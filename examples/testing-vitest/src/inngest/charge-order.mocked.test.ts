// How the function is tested on the SDK's own mock engine: where docs/testing.md begins.
import { InngestTestEngine } from "@inngest/test";
import { expect, test } from "vitest";
import { chargeOrder } from "./charge-order.ts";

const order = { orderId: "o-1", cartId: "c-1", email: "ada@example.com", amount: 42 };

test("charges an order", async () => {
  const t = new InngestTestEngine({
    function: chargeOrder,
    events: [{ name: "order/placed", data: order }],
    steps: [
      { id: "charge-card", handler: () => "receipt-o-1" },
      { id: "tell-others", handler: () => null },
      { id: "wait-for-delivery", handler: () => null },
    ],
  });
  const { result } = await t.execute();
  expect(result).toEqual({ receipt: "receipt-o-1" });
});
