// The sign of a status: a shape of its own for each, so that colour is never the only difference.
import type { ReactNode } from "react";
import type { Shape, StatusLook, Tone } from "../../present/status.ts";

/** Text colour of a tone. */
export const toneText: Readonly<Record<Tone, string>> = {
  good: "text-good",
  bad: "text-bad",
  active: "text-active",
  waiting: "text-waiting",
  quiet: "text-muted",
};

/** Shows the shape alone, for places where the word stands beside it or would not fit; then `label` says it. */
export function StatusMark({ look, label }: { readonly look: StatusLook; readonly label?: string }): ReactNode {
  const name = label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label };
  return (
    <svg
      viewBox="0 0 16 16"
      {...name}
      className={`size-3.5 shrink-0 ${toneText[look.tone]} ${look.shape === "arc" ? "turning" : ""}`}
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {label === undefined ? null : <title>{label}</title>}
      {shapes[look.shape]}
    </svg>
  );
}

/** Shows shape and word. */
export function StatusWord({
  look,
  strong = false,
}: {
  readonly look: StatusLook;
  readonly strong?: boolean;
}): ReactNode {
  return (
    <span
      className={`inline-flex items-center gap-1.5 align-top whitespace-nowrap ${toneText[look.tone]} ${strong ? "font-semibold" : ""}`}
    >
      <StatusMark look={look} />
      {look.word}
    </span>
  );
}

const shapes: Readonly<Record<Shape, ReactNode>> = {
  check: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" stroke="none" />
      <path d="m5 8.2 2.1 2.1L11 6" className="stroke-surface" strokeWidth="1.8" />
    </>
  ),
  cross: (
    <>
      <rect x="1" y="1" width="14" height="14" rx="3" fill="currentColor" stroke="none" />
      <path d="m5.3 5.3 5.4 5.4m0-5.4-5.4 5.4" className="stroke-surface" strokeWidth="1.8" />
    </>
  ),
  arc: (
    <>
      <circle cx="8" cy="8" r="6" opacity=".25" />
      <path d="M8 2a6 6 0 0 1 6 6" />
    </>
  ),
  dots: <circle cx="8" cy="8" r="6" strokeDasharray="1.6 3.1" />,
  slash: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="m4 12 8-8" />
    </>
  ),
  dash: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M5.5 8h5" />
    </>
  ),
  bars: <path d="M5.5 3v10M10.5 3v10" strokeWidth="2.6" />,
  moon: <path d="M13.5 9.8A6 6 0 1 1 6.2 2.5a4.8 4.8 0 0 0 7.3 7.3Z" fill="currentColor" stroke="none" />,
  hourglass: <path d="M4 2h8M4 14h8M4.8 2v2.4L8 8l3.2-3.6V2M4.8 14v-2.4L8 8l3.2 3.6V14" strokeWidth="1.7" />,
  retry: (
    <>
      <path d="M13.5 8A5.5 5.5 0 1 1 11 3.4" />
      <path d="M11.2.8v3h-3" strokeWidth="1.7" />
    </>
  ),
};
