// What stands where no page is, and where one broke.
import { Link, type ErrorComponentProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Empty, Problem } from "../components/ui/note.tsx";

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

/** A page broke while it was drawn or loaded; the rest of the frame still works. */
export function BrokenPage({ error }: ErrorComponentProps): ReactNode {
  return (
    <Problem
      error={error instanceof Error ? error : new Error(String(error))}
      onRetry={() => window.location.reload()}
    />
  );
}
