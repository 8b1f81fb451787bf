// Times on the page: relative for reading, absolute on hover.
import type { ReactNode } from "react";
import { currentTime, useNow } from "../../api/clock.ts";
import { formatAbsolute, formatCoarse, formatDuration, formatMoment, formatRelative } from "../../present/duration.ts";

/** Shows how long ago something was, or how soon it will be. */
export function Ago({ at }: { readonly at: number }): ReactNode {
  // Seconds are counted only while they are shown.
  const now = useNow(Math.abs(at - currentTime()) < 60_000 ? 1_000 : 10_000);
  // The shared tick may be older than what it is compared with; the past must not read as the future.
  return (
    <time dateTime={new Date(at).toISOString()} title={formatAbsolute(at)} className="whitespace-nowrap">
      {formatRelative(at, at <= currentTime() ? Math.max(now, at) : now)}
    </time>
  );
}

/** Shows a point in time, with how far it is away. */
export function Moment({ at }: { readonly at: number }): ReactNode {
  const now = useNow(10_000);
  return (
    <time dateTime={new Date(at).toISOString()} title={formatAbsolute(at)}>
      {formatMoment(at, now)}
    </time>
  );
}

/** Counts down to a point in time. */
export function Left({ at }: { readonly at: number }): ReactNode {
  const now = useNow(1_000);
  return <span title={formatAbsolute(at)}>{formatCoarse(at - now)}</span>;
}

/** Shows how long something took, or counts on while it goes on. */
export function Lasting({ from, to }: { readonly from: number; readonly to: number | null }): ReactNode {
  const now = useNow(to === null ? 1_000 : null);
  return (
    <span className="whitespace-nowrap">{to === null ? formatCoarse(now - from) : formatDuration(to - from)}</span>
  );
}

/** Shows a point in time in full. */
export function Absolute({ at }: { readonly at: number | null }): ReactNode {
  if (at === null) return <span className="text-muted">–</span>;
  return <time dateTime={new Date(at).toISOString()}>{formatAbsolute(at)}</time>;
}
