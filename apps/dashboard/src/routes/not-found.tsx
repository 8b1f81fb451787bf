// What stands where no page is, where one is not there yet, and where one broke.
import { Link, type ErrorComponentProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { liveFeed } from "../api/live-feed.ts";
import { unreachable } from "../api/request.ts";
import { useStore } from "../api/store.ts";
import { Empty, Loading, Problem } from "../components/ui/note.tsx";

/** No page has this address. */
export function NotFoundPage(): ReactNode {
  return (
    <Empty isPage title="There is no page here">
      <title>No such page · Stepwright</title>
      <Link to="/runs" className="text-link hover:underline">
        Go to the runs
      </Link>
    </Empty>
  );
}

/** The code of a page is not there yet: either it comes in a moment, or when the server is back. */
export function PendingPage(): ReactNode {
  return useStore(liveFeed.state) === "polling" ? <Problem error={unreachable()} /> : <Loading what="the page" />;
}

/** A page broke while it was drawn or loaded; the rest of the frame still works. */
export function BrokenPage({ error }: ErrorComponentProps): ReactNode {
  return (
    <Problem
      error={error instanceof Error ? error : new Error(String(error))}
      onRetry={() => window.location.reload()}
    />
  );
}
