// Opens the dialog that cancels many runs. The dialog itself is loaded when it is first needed.
import { lazy, Suspense, useState, type ReactNode } from "react";
import { whenReachable } from "../api/load-page.ts";
import type { RunSearch } from "../present/run-search.ts";
import { Button } from "./ui/button.tsx";

const CancelDialog = lazy(async () => ({
  default: (await whenReachable(() => import("./cancel-dialog.tsx"))).CancelDialog,
}));

/** The button; the dialog begins with what the list is filtered by. */
export function CancelRuns({ search }: { readonly search: RunSearch }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Cancel runs …</Button>
      {isOpen ? (
        <Suspense>
          <CancelDialog search={search} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
