// Which seed a test run has.

/** The seed of this test run: `SEED` from the environment, else the time. */
export function seedOfTest(): number {
  const given = Number(process.env["SEED"]);
  return Number.isInteger(given) && process.env["SEED"] !== undefined ? given : Date.now() % 1_000_000;
}
