// Functions as rows: what starts each, how it is limited, and what can be done at once.
import type { ApiFunction } from "@stepwright/protocol";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { pausedLookOf } from "../present/status.ts";
import { FlowLine } from "./flow-control.tsx";
import { useOpenSend } from "./send-event.tsx";
import { Triggers } from "./triggers.tsx";
import { Button, buttonClass } from "./ui/button.tsx";
import { StatusWord } from "./ui/status-mark.tsx";

const columns = "md:grid-cols-[minmax(0,1.2fr)_minmax(0,1.5fr)_minmax(0,.7fr)_5rem_auto]";

/** The list. */
export function FunctionList({ functions }: { readonly functions: readonly ApiFunction[] }): ReactNode {
  const openSend = useOpenSend();
  return (
    <div role="table" aria-label="Functions" className="rounded-lg border border-line bg-surface">
      <div
        role="row"
        className={`grid gap-x-4 border-b border-line px-3 py-1.5 text-xs font-semibold text-muted max-md:sr-only ${columns}`}
      >
        <span role="columnheader">Function</span>
        <span role="columnheader">Triggers</span>
        <span role="columnheader">App</span>
        <span role="columnheader">Retries</span>
        <span role="columnheader" className="w-[8.5rem]">
          <span className="sr-only">Actions</span>
        </span>
      </div>
      {functions.map((fn) => (
        <div
          key={fn.id}
          role="row"
          className={`relative grid items-center gap-x-4 gap-y-1 border-b border-line px-3 py-1.5 last:border-b-0 focus-within:bg-raised hover:bg-raised max-md:grid-cols-[minmax(0,1fr)_auto] ${columns}`}
        >
          <span role="cell" className="min-w-0">
            <span className="flex min-w-0 items-center gap-2">
              <Link to="/functions/$slug" params={{ slug: fn.slug }} className="covers-row truncate font-medium">
                {fn.name}
              </Link>
              {fn.pausedAt === null ? null : <StatusWord look={pausedLookOf(fn)} />}
            </span>
            <FlowLine config={fn.config} />
          </span>
          <span role="cell" className="min-w-0 max-md:order-1">
            <Triggers triggers={fn.triggers} />
          </span>
          <span role="cell" className="truncate text-muted">
            {fn.appName}
          </span>
          <span role="cell" className="text-muted max-md:order-2">
            {fn.retries}
            <span className="md:hidden"> {fn.retries === 1 ? "retry" : "retries"}</span>
          </span>
          <span role="cell" className="relative z-10 flex gap-2 max-md:order-3 max-md:col-span-2">
            <Link to="/runs" search={{ fn: fn.slug }} className={`${buttonClass("plain")} hover:bg-raised`}>
              Runs
            </Link>
            <Button onClick={() => openSend({ kind: "invoke", slug: fn.slug, name: fn.name })}>Invoke</Button>
          </span>
        </div>
      ))}
    </div>
  );
}
