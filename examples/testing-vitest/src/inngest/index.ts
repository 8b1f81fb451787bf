// All functions of the shop, as its endpoint serves them.
import { chargeOrder } from "./charge-order.ts";
import { nightlyReport } from "./nightly-report.ts";
import { remindOfCart } from "./remind-of-cart.ts";

/** What `serve` is given. */
export const functions = [remindOfCart, chargeOrder, nightlyReport];
