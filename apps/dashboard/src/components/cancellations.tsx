// The latest bulk cancellations: how far each has come, and a button that stops one.
import type { ApiCancellation } from "@stepwright/protocol";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useNow } from "../api/clock.ts";
import { stopCancellation } from "../api/commands.ts";
import { cancellationsQuery, keys } from "../api/queries.ts";
import { periodText, progressText } from "../present/cancellation.ts";
import { statusLook, type StatusLook } from "../present/status.ts";
import { Button } from "./ui/button.tsx";
import { Problem } from "./ui/note.tsx";
import { StatusMark } from "./ui/status-mark.tsx";
import { Ago } from "./ui/time.tsx";

/** The list; nothing while there is none. */
export function Cancellations(): ReactNode {
  const { data: page, error } = useQuery(cancellationsQuery());
  if (error !== null && page === undefined) {
    return (
      <div className="px-4 pb-4">
        <Problem error={error} />
      </div>
    );
  }
  if (page === undefined || page.items.length === 0) return null;
  return (
    <section aria-label="Latest cancellations" className="border-t border-line px-4 py-3">
      <h3 className="mb-1 text-xs font-semibold text-muted">Latest</h3>
      <ul className="grid gap-2" aria-live="polite">
        {page.items.map((item) => (
          <Item key={item.id} item={item} />
        ))}
      </ul>
    </section>
  );
}

function Item({ item }: { readonly item: ApiCancellation }): ReactNode {
  const client = useQueryClient();
  const now = useNow(10_000);
  const stopping = useMutation({
    mutationFn: () => stopCancellation(item.id),
    onSettled: () => client.invalidateQueries({ queryKey: [keys.cancellations] }),
  });
  const period = periodText(item, now);
  return (
    <li className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <StatusMark look={lookOf(item)} />
      <span className="font-medium">{progressText(item)}</span>
      <span className="min-w-0 break-words [overflow-wrap:anywhere] text-muted">
        {item.functionSlug === null ? (
          "of a function that is gone"
        ) : (
          <>
            of{" "}
            <Link
              to="/runs"
              search={{ fn: item.functionSlug, status: ["cancelled"] }}
              className="text-link hover:underline"
            >
              {item.functionSlug}
            </Link>
          </>
        )}
        {period === "" ? "" : `, ${period}`}
      </span>
      <span className="text-xs text-muted">
        <Ago at={item.createdAt} />
      </span>
      {item.endedAt === null ? (
        <Button disabled={stopping.isPending} onClick={() => stopping.mutate()}>
          Stop
        </Button>
      ) : null}
      {stopping.error === null ? null : (
        <span role="alert" className="text-bad">
          {stopping.error.message}
        </span>
      )}
    </li>
  );
}

function lookOf({ endedAt }: ApiCancellation): StatusLook {
  return statusLook(endedAt === null ? "running" : "cancelled");
}
