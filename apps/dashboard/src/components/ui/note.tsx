// What a page says when it has nothing to show: why, and what to do next.
import type { ReactNode } from "react";
import { ApiFailure } from "../../api/request.ts";
import { Button } from "./button.tsx";

/** Nothing is there, and that is fine. */
export function Empty(props: {
  readonly title: string;
  /** True where it stands in place of a whole page, whose heading it then is. */
  readonly isPage?: boolean;
  readonly children?: ReactNode;
}): ReactNode {
  const Title = props.isPage === true ? "h1" : "p";
  return (
    <div className="rounded-lg border border-dashed border-edge px-4 py-8 text-center">
      <Title className="text-base font-semibold">{props.title}</Title>
      <div className="mx-auto mt-1 max-w-xl text-muted">{props.children}</div>
    </div>
  );
}

/** Something could not be read or done. */
export function Problem(props: {
  readonly error: Error;
  readonly onRetry?: () => void;
  readonly children?: ReactNode;
}): ReactNode {
  const all = props.error instanceof ApiFailure ? props.error.problems : [];
  // A lone problem is the message itself.
  const problems = all.filter((problem) => problem !== props.error.message);
  return (
    <div role="alert" className="rounded-lg border border-bad-line bg-bad-soft px-3 py-2.5">
      <p className="font-medium break-words text-bad first-letter:uppercase">{props.error.message}</p>
      {problems.length === 0 ? null : (
        <ul className="mt-1 list-inside list-disc">
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
      {props.onRetry === undefined && props.children === undefined ? null : (
        <div className="mt-2 flex flex-wrap items-center gap-3">
          {props.onRetry === undefined ? null : <Button onClick={props.onRetry}>Try again</Button>}
          {props.children}
        </div>
      )}
    </div>
  );
}

/** Something is being read. It shows only after a moment: most answers are there before it. */
export function Loading({ what }: { readonly what: string }): ReactNode {
  return (
    <p role="status" className="animate-[appear_.2s_.3s_both] px-1 py-6 text-muted">
      Loading {what} …
    </p>
  );
}
