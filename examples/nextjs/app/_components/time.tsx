// Points in time, the same for every reader: UTC.
import type { ReactNode } from "react";

/** Shows a point in time (milliseconds UTC) to the millisecond, as executions of steps are told apart by it. */
export function Time({ at }: { at: number }): ReactNode {
  const text = new Date(at).toISOString();
  return (
    <time dateTime={text} title={text}>
      {text.slice(5, 23).replace("T", " ")}
    </time>
  );
}
