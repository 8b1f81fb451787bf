// Where a run that is shown has come from: the server, or a file. Of a run from a file the server knows nothing, so that its
// links to events, functions and other runs would lead nowhere, and its time stands still.
import { Link, useNavigate } from "@tanstack/react-router";
import { createContext, use, type AnchorHTMLAttributes, type ReactNode } from "react";
import { StoppedClock } from "../api/clock.ts";
import type { RunPageSearch } from "../present/run-page-search.ts";

const IsFromFile = createContext(false);

/** Shows what is in it as from a file that was saved at this time. */
export function FileSource(props: { readonly savedAt: number; readonly children: ReactNode }): ReactNode {
  return (
    <IsFromFile value>
      <StoppedClock value={props.savedAt}>{props.children}</StoppedClock>
    </IsFromFile>
  );
}

/** Says whether the run that is shown has come from a file. */
export function useIsFromFile(): boolean {
  return use(IsFromFile);
}

// Which pages there are is checked where `ServerLink` is used; in it, any of them will do.
const AnyLink = Link as (props: object) => ReactNode;

/** A link to something that the server knows; of a run from a file, the text alone. */
export const ServerLink = ((props: { readonly className?: string; readonly children?: ReactNode }): ReactNode => {
  if (!use(IsFromFile)) return <AnyLink {...props} />;
  return <span className={withoutLinkLook(props.className ?? "")}>{props.children}</span>;
}) as typeof Link;

function withoutLinkLook(className: string): string {
  return className
    .split(" ")
    .filter((name) => !/^(?:text-link|underline|underline-offset-.*|hover:.*|covers-row)$/.test(name))
    .join(" ");
}

type PlainLink = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href" | "target" | "rel"> & {
  readonly activeOptions?: { readonly exact: boolean };
  readonly resetScroll?: boolean;
  readonly hash?: string;
};

/** A link to the same run, shown in another way. */
export function RunPageLink(props: PlainLink & { readonly runId: string; readonly change: RunPageSearch }): ReactNode {
  const { runId, change, ...rest } = props;
  const search = (before: RunPageSearch): RunPageSearch => ({ ...before, ...change });
  return use(IsFromFile) ? (
    <Link from="/open" to="/open" search={search} {...rest} />
  ) : (
    <Link from="/runs/$runId" to="/runs/$runId" params={{ runId }} search={search} {...rest} />
  );
}

/** Shows the same run in another way, without moving the page. */
export function useRunPageChange(runId: string): (change: RunPageSearch) => void {
  const isFromFile = use(IsFromFile);
  const navigate = useNavigate();
  return (change) => {
    const search = (before: RunPageSearch): RunPageSearch => ({ ...before, ...change });
    void (isFromFile
      ? navigate({ from: "/open", to: "/open", search, resetScroll: false })
      : navigate({ from: "/runs/$runId", to: "/runs/$runId", params: { runId }, search, resetScroll: false }));
  };
}
