// Work that could not be processed: what it was, why it was set aside, and buttons that have it tried again.
import type { ApiSetAside } from "@stepwright/protocol";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { retryAllSetAside, retrySetAside } from "../api/commands.ts";
import { keys, setAsideQuery } from "../api/queries.ts";
import { Button } from "./ui/button.tsx";
import { Ago } from "./ui/time.tsx";

/** How many there are; opened, each of them. */
export function SetAside({ count }: { readonly count: number }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className={isOpen ? "w-full" : ""} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary
        className="cursor-pointer font-semibold text-bad"
        title="Work that could not be processed was set aside; everything else goes on."
      >
        {count} set aside
      </summary>
      {isOpen ? <Items count={count} /> : null}
    </details>
  );
}

function Items({ count }: { readonly count: number }): ReactNode {
  const { data: page, error } = useQuery(setAsideQuery(count));
  const { mutate, isPending, error: failure, data: refused = [] } = useRetry(retryAllSetAside);
  if (error !== null) return <p role="alert">{error.message}</p>;
  if (page === undefined) return null;
  const [first] = refused;
  return (
    <div className="mt-1 grid gap-1">
      <ul aria-label="Set aside" className="grid max-h-80 gap-1 overflow-y-auto">
        {page.items.map((item) => (
          <Item key={item.id} item={item} />
        ))}
      </ul>
      {page.nextCursor === null ? null : (
        <p>
          These are the newest {page.items.length}; <code>stepwright queue list --set-aside</code> lists all.
        </p>
      )}
      {page.items.length < 2 ? null : (
        <p>
          <Button disabled={isPending} onClick={() => mutate(undefined)}>
            Try all again
          </Button>
        </p>
      )}
      <Failure text={failure?.message ?? first?.error ?? null} />
    </div>
  );
}

function Item({ item }: { readonly item: ApiSetAside }): ReactNode {
  const retrying = useRetry(retrySetAside);
  return (
    <li className="flex flex-wrap items-center gap-x-2">
      <span className="font-medium">{item.kind}</span>
      {item.runId === null ? null : (
        <Link to="/runs/$runId" params={{ runId: item.runId }} className="underline">
          run {item.runId}
        </Link>
      )}
      <Ago at={item.at} />
      <span className="min-w-0 break-words [overflow-wrap:anywhere]">{item.reason}</span>
      <Button disabled={retrying.isPending} onClick={() => retrying.mutate(item.id)}>
        Try again
      </Button>
      <Failure text={retrying.error?.message ?? null} />
    </li>
  );
}

function Failure({ text }: { readonly text: string | null }): ReactNode {
  return text === null ? null : (
    <span role="alert" className="text-bad first-letter:uppercase">
      {text}
    </span>
  );
}

/** Retries something, and reads the list and its count again, however that ended. */
function useRetry<What, Answer>(retry: (what: What) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: retry,
    onSettled: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: [keys.setAside] }),
        client.invalidateQueries({ queryKey: [keys.info] }),
      ]);
    },
  });
}
