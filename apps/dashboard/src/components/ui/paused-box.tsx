// Says that something is paused, since when, and what that means while it lasts.
import type { ReactNode } from "react";
import { pausedLook } from "../../present/status.ts";
import { StatusMark } from "./status-mark.tsx";

/** The box; `label` names it for those who jump from region to region. */
export function PausedBox({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode {
  return (
    <section
      aria-label={label}
      className="mb-4 grid grid-cols-[auto_minmax(0,1fr)] gap-x-2 rounded-lg border border-waiting-line bg-waiting-soft px-3 py-2.5"
    >
      <span className="pt-[3px]">
        <StatusMark look={pausedLook} />
      </span>
      <p className="break-words [overflow-wrap:anywhere]">{children}</p>
    </section>
  );
}
