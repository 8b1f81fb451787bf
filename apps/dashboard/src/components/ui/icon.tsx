// The few signs of the page that are no status.
import type { ReactNode } from "react";

const paths = {
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  tick: "m3 8.5 3.2 3L13 4.5",
  right: "m6 3.5 4.5 4.5L6 12.5",
  down: "M3.5 6 8 10.5 12.5 6",
  send: "M14 2 7 9M14 2 9.5 14 7 9 2 6.5z",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.3 10.3 14 14",
  close: "m4 4 8 8m0-8-8 8",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1",
  moon: "M13.5 9.8A6 6 0 1 1 6.2 2.5a4.8 4.8 0 0 0 7.3 7.3Z",
  auto: "M2 3h12v8H2zM5.5 13.5h5M8 11v2.5",
  event: "M9 1.5 3 9h4.5L7 14.5 13 7H8.5z",
  clock: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2m0 2.8V8l2.3 1.6",
  step: "M3 4.5h10v7H3z",
  moonStep: "M12.5 9.5A5 5 0 1 1 6.5 3.5a4 4 0 0 0 6 6Z",
  hourglass: "M4 2h8M4 14h8M4.8 2v2.4L8 8l3.2-3.6V2M4.8 14v-2.4L8 8l3.2 3.6V14",
  invoke: "M2.5 8h9M8 4.5 11.5 8 8 11.5M13.5 3v10",
  signal: "M8 9.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3M4.8 11.2a4.5 4.5 0 0 1 0-6.4M11.2 4.8a4.5 4.5 0 0 1 0 6.4",
  gateway: "M3 12.5 8 3l5 9.5M4.8 9.5h6.4",
  code: "M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5",
} as const;

/** Name of a sign. */
export type IconName = keyof typeof paths;

/** Shows a sign; it never carries meaning alone. */
export function Icon({
  name,
  className = "size-3.5",
}: {
  readonly name: IconName;
  readonly className?: string;
}): ReactNode {
  return (
    <svg
      viewBox="0 0 16 16"
      aria-hidden
      className={`shrink-0 ${className}`}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={paths[name]} />
    </svg>
  );
}
