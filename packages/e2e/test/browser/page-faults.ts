// What keeps people out of a page who do not see or do not point, and what is wider than the screen.
import axe, { type AxeResults } from "axe-core";
import type { Page } from "playwright-core";

/** Looks for faults of a page as it is now. */
export async function faultsOf(page: Page): Promise<readonly string[]> {
  // Evaluated, not added as a script: the content policy allows none of another origin or inline.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>(`axe.run({ resultTypes: ["violations"] })`);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  return [
    ...violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(" | ")}`),
    ...(overflow > 0 ? [`${overflow} px wider than the screen`] : []),
  ];
}
