// The two ends of a long list: what has come since, and what is older.
import type { ReactNode } from "react";
import { Button } from "./ui/button.tsx";

/** Offers rows that came while the reader was further down. */
export function NewRows({
  count,
  noun,
  onShow,
}: {
  readonly count: number;
  readonly noun: string;
  readonly onShow: () => void;
}): ReactNode {
  if (count === 0) return null;
  return (
    <div className="pointer-events-none sticky top-14 z-20 flex h-0 justify-center">
      <Button look="primary" className="pointer-events-auto mt-2 shadow-lg" onClick={onShow}>
        {count} new {count === 1 ? noun : `${noun}s`}
      </Button>
    </div>
  );
}

/** Says how far the list goes. `older` is a link, so that the older part can be opened by itself. */
export function ListEnd(props: {
  readonly count: number;
  readonly noun: string;
  readonly isLoading: boolean;
  readonly older: ReactNode;
}): ReactNode {
  const rows = props.count === 1 ? `1 ${props.noun}` : `${props.count} ${props.noun}s`;
  return (
    <p className="flex items-center justify-between gap-3 px-1 py-2 text-xs text-muted">
      <span>
        {props.isLoading ? "Loading more …" : props.older === null ? `${rows}, that is all` : `${rows} loaded`}
      </span>
      {props.older}
    </p>
  );
}
