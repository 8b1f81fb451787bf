// The queue of a function: what is in flight, what waits for what, and what can be done about the backlog.
import type { ApiFunction, ApiFunctionQueue } from "@stepwright/protocol";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { queueQuery } from "../api/queries.ts";
import { useNow } from "../api/clock.ts";
import { capitalized } from "../present/linked-text.ts";
import { Backlog } from "./backlog.tsx";
import { Problem } from "./ui/note.tsx";
import { FactLine, Panel } from "./ui/panel.tsx";
import { Left } from "./ui/time.tsx";

/** The panel; it follows the queue while it is on the page. */
export function FunctionQueue({ fn }: { readonly fn: ApiFunction }): ReactNode {
  const { data: queue, error, refetch } = useQuery(queueQuery(fn.slug));
  if (queue === undefined) return error === null ? null : <Problem error={error} onRetry={() => void refetch()} />;
  const backlog = queue.waiting + queue.future;
  return (
    <Panel title="Queue">
      <div className="px-3 py-2.5">
        <FactLine
          facts={[
            ["Calls in flight", queue.inFlight],
            ["Waiting", queue.waiting],
            ["Due later", queue.future],
            ...gathered(queue),
          ]}
        />
      </div>
      {queue.lines.length === 0 ? null : <Lines lines={queue.lines} />}
      {backlog === 0 ? null : <Backlog fn={fn} />}
    </Panel>
  );
}

/** What waits for other events; most functions have no such option. */
function gathered({ debounced, batched }: ApiFunctionQueue): readonly (readonly [string, number])[] {
  return [
    ...(debounced === 0 ? [] : [["Debounced", debounced] as const]),
    ...(batched === 0 ? [] : [["Events in batches", batched] as const]),
  ];
}

const columns = "sm:grid-cols-[minmax(0,1fr)_minmax(0,2fr)_4rem]";

function Lines({ lines }: Pick<ApiFunctionQueue, "lines">): ReactNode {
  return (
    <div role="table" aria-label="What waits" className="border-t border-line">
      <div
        role="row"
        className={`grid gap-x-3 border-b border-line px-3 py-1.5 text-xs font-semibold text-muted max-sm:sr-only ${columns}`}
      >
        <span role="columnheader">Key</span>
        <span role="columnheader">Waits for</span>
        <span role="columnheader" className="text-right">
          Calls
        </span>
      </div>
      <div role="rowgroup" className="max-h-80 overflow-y-auto">
        {lines.map((line, index) => (
          <div
            key={index}
            role="row"
            className={`grid gap-x-3 border-b border-line px-3 py-1.5 last:border-b-0 max-sm:grid-cols-[minmax(0,1fr)_auto] ${columns}`}
          >
            <span role="cell" className="font-medium break-all">
              {line.keys.length === 0 ? <span className="font-normal text-muted">no key</span> : line.keys.join(", ")}
            </span>
            <span
              role="cell"
              className="break-words [overflow-wrap:anywhere] text-muted max-sm:order-1 max-sm:col-span-2"
            >
              {capitalized(line.waitsFor.obstacle)}
              {line.waitsFor.until === null ? null : <Next at={line.waitsFor.until} />}
            </span>
            <span role="cell" className="text-right">
              {line.count}
              <span className="sm:hidden"> {line.count === 1 ? "call" : "calls"}</span>
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}

function Next({ at }: { readonly at: number }): ReactNode {
  if (at <= useNow(1_000)) return null;
  return (
    <>
      , next in <Left at={at} />
    </>
  );
}
