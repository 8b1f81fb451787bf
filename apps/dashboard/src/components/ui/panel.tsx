// Boxes and headings that all pages share.
import { useId, type ReactNode } from "react";

/** A box with a heading and perhaps something to do at its right end. */
export function Panel(props: {
  readonly title: ReactNode;
  readonly aside?: ReactNode;
  /** Its heading stays in sight while it is scrolled. */
  readonly isTall?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  const id = useId();
  const tall = props.isTall === true;
  return (
    <section
      aria-labelledby={id}
      className={`rounded-lg border border-line bg-surface ${tall ? "max-lg:rounded-none max-lg:border-x-0" : "overflow-hidden"}`}
    >
      <header
        className={`flex min-h-9 items-center justify-between gap-2 border-b border-line px-3 ${tall ? "sticky top-0 z-10 rounded-t-lg bg-surface" : ""}`}
      >
        <h2 id={id} className="truncate font-semibold">
          {props.title}
        </h2>
        <div className="flex shrink-0 items-center gap-1">{props.aside}</div>
      </header>
      <div>{props.children}</div>
    </section>
  );
}

/** A part of a box, with a small heading. */
export function Part(props: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <section className="border-t border-line px-3 py-2.5 first:border-t-0">
      <header className="mb-1 flex min-h-5 items-center justify-between gap-2">
        <h3 className="text-xs font-semibold text-muted">{props.title}</h3>
        {props.aside}
      </header>
      {props.children}
    </section>
  );
}

/** The title of a page, what belongs to it, and what can be done. */
export function PageHead(props: {
  readonly title: ReactNode;
  readonly mark?: ReactNode;
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <header className="mb-3 flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
      <div className="min-w-0">
        <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1">
          {props.mark}
          <h1 className="text-lg font-semibold break-words [overflow-wrap:anywhere]">{props.title}</h1>
        </div>
        {props.children}
      </div>
      {props.actions === undefined ? null : (
        <div className="flex flex-wrap items-center gap-2 max-sm:w-full">{props.actions}</div>
      )}
    </header>
  );
}

/** Facts as name and value, in as many columns as fit. */
export function Facts({
  facts,
}: {
  readonly facts: readonly (readonly [name: string, value: ReactNode])[];
}): ReactNode {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-0.5">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="break-words [overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Facts in one line that wraps. */
export function FactLine({
  facts,
}: {
  readonly facts: readonly (readonly [name: string, value: ReactNode] | null)[];
}): ReactNode {
  return (
    <dl className="flex flex-wrap gap-x-5 gap-y-0.5">
      {facts
        .filter((fact) => fact !== null)
        .map(([name, value]) => (
          <div key={name} className="flex min-w-0 gap-1.5">
            <dt className="text-muted">{name}</dt>
            <dd className="min-w-0 break-words [overflow-wrap:anywhere]">{value}</dd>
          </div>
        ))}
    </dl>
  );
}
