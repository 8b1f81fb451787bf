// The payment service; here, a list of charges.

interface Charge {
  readonly orderId: string;
  readonly amount: number;
}

const charges: Charge[] = [];

/** Charges an order and returns the number of the receipt. */
export async function charge(order: Charge): Promise<string> {
  charges.push(order);
  return `receipt-${order.orderId}`;
}

/** What all charges add up to. */
export function turnover(): number {
  return charges.reduce((sum, { amount }) => sum + amount, 0);
}
