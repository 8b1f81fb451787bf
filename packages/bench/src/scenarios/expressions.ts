// What one evaluation of a compiled expression costs, for the forms that functions have most.
import { compile, evaluate } from "@stepwright/expressions";

const sources = [
  "event.data.userId",
  "event.data.userId == async.data.userId",
  "event.data.amount > 100 && event.data.plan == 'pro'",
  "event.data.tags.exists(tag, tag == 'b')",
] as const;

const variables = {
  event: { name: "shop/paid", data: { userId: "u-7", amount: 120, plan: "pro", tags: ["a", "b"] } },
  async: { name: "shop/shipped", data: { userId: "u-7" } },
};
const evaluations = 300_000;

/** Mean microseconds by expression, after as many evaluations to warm up. */
export function measureExpressions(): readonly { readonly source: string; readonly micros: number }[] {
  return sources.map((source) => {
    const result = compile(source);
    if (result.kind === "invalid") throw new Error(`${source} does not compile: ${result.message}`);
    const { expression } = result;
    const run = (): void => {
      for (let count = 0; count < evaluations; count += 1) evaluate(expression, variables, { now: 0 });
    };
    run();
    const start = performance.now();
    run();
    return { source, micros: ((performance.now() - start) * 1_000) / evaluations };
  });
}
