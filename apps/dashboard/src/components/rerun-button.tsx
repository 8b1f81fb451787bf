// Opens the dialog that starts a run again. The dialog itself is loaded when it is first needed.
import type { ApiRun, ApiStep } from "@stepwright/protocol";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { whenReachable } from "../api/load-page.ts";
import { Button } from "./ui/button.tsx";

const RerunDialog = lazy(async () => ({
  default: (await whenReachable(() => import("./rerun-dialog.tsx"))).RerunDialog,
}));

/** The button; `from` is null for a run from the beginning. */
export function RerunButton(props: {
  readonly run: ApiRun;
  readonly from: ApiStep | null;
  readonly label: string;
}): ReactNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{props.label}</Button>
      {isOpen ? (
        <Suspense>
          <RerunDialog run={props.run} from={props.from} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
