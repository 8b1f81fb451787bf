// What one evaluation of a compiled expression costs, for the forms that functions have most. No server is needed.
import { compile, evaluate } from "@stepwright/expressions";
import { figure } from "../figure.ts";
import type { Scenario, Size } from "../scenario.ts";

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
const evaluations: Readonly<Record<Size, number>> = { smoke: 100, full: 300_000 };

export const expressions: Scenario = {
  name: "expressions",
  about: "One evaluation of a compiled expression.",
  measure: async ({ size }) =>
    sources.map((source, index) =>
      figure({ id: `expressions/${index + 1}`, title: source, value: microsOf(source, evaluations[size]), unit: "µs" }),
    ),
};

/** Mean microseconds, after as many evaluations to warm up. */
function microsOf(source: string, count: number): number {
  const result = compile(source);
  if (result.kind === "invalid") throw new Error(`${source} does not compile: ${result.message}`);
  const { expression } = result;
  const run = (): void => {
    for (let done = 0; done < count; done += 1) evaluate(expression, variables, { now: 0 });
  };
  run();
  const start = performance.now();
  run();
  return ((performance.now() - start) * 1_000) / count;
}
