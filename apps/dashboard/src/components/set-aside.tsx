// Work that could not be processed: what it was, why it was set aside, and a button that has it tried again.
import type { ApiSetAside } from "@stepwright/protocol";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { retrySetAside } from "../api/commands.ts";
import { keys, setAsideQuery } from "../api/queries.ts";
import { Button } from "./ui/button.tsx";
import { Ago } from "./ui/time.tsx";

/** How many there are; opened, each of them. */
export function SetAside({ count }: { readonly count: number }): ReactNode {
  return (
    <details>
      <summary
        className="cursor-pointer font-semibold text-bad"
        title="Work that could not be processed was set aside; everything else goes on."
      >
        {count} set aside
      </summary>
      <Items />
    </details>
  );
}

function Items(): ReactNode {
  const { data: items = [], error } = useQuery(setAsideQuery());
  if (error !== null) return <p role="alert">{error.message}</p>;
  return (
    <ul className="mt-1 grid gap-1">
      {items.map((item) => (
        <Item key={item.id} item={item} />
      ))}
    </ul>
  );
}

function Item({ item }: { readonly item: ApiSetAside }): ReactNode {
  const client = useQueryClient();
  const retrying = useMutation({
    mutationFn: () => retrySetAside(item.id),
    onSettled: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: [keys.setAside] }),
        client.invalidateQueries({ queryKey: [keys.info] }),
      ]);
    },
  });
  return (
    <li className="flex flex-wrap items-center gap-x-2">
      <span className="font-medium">{item.kind}</span>
      {item.runId === null ? null : (
        <Link to="/runs/$runId" params={{ runId: item.runId }} className="underline">
          run {item.runId}
        </Link>
      )}
      <Ago at={item.at} />
      <span>{item.reason}</span>
      <Button disabled={retrying.isPending} onClick={() => retrying.mutate()}>
        Try again
      </Button>
      {retrying.error === null ? null : (
        <span role="alert" className="text-bad">
          {retrying.error.message}
        </span>
      )}
    </li>
  );
}
