// The sentence that a form's answer leaves at the top of its page.
import type { ReactNode } from "react";

/** A page's query as Next hands it over. */
export type PageQuery = Promise<Record<string, string | string[] | undefined>>;

/** Shows what the last form led to, if the page was reached that way. */
export async function Notice({ query }: { query: PageQuery }): Promise<ReactNode> {
  const { notice, problem } = await query;
  if (problem !== undefined)
    return (
      <p role="alert" className="notice problem">
        {problem}
      </p>
    );
  return notice === undefined ? null : (
    <p role="status" className="notice">
      {notice}
    </p>
  );
}
