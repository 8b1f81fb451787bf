// Shows the state of one dependency and lets a person break or mend it.
import type { ReactNode } from "react";
import type { Dependency } from "../../lib/dependencies.ts";

/** One dependency with buttons for the states worth trying. */
export function DependencyForm({ name, failuresLeft }: Dependency): ReactNode {
  return (
    <form method="post" action={`/api/dependencies/${name}`} className="row">
      <strong>{name}</strong>
      <span className={failuresLeft === 0 ? "badge good" : "badge bad"}>{describe(failuresLeft)}</span>
      <button name="failuresLeft" value="0">
        Up
      </button>
      <button name="failuresLeft" value="1">
        Fail once
      </button>
      <button name="failuresLeft" value="3">
        Fail 3 times
      </button>
      <button name="failuresLeft" value="">
        Down
      </button>
    </form>
  );
}

function describe(failuresLeft: number | null): string {
  if (failuresLeft === null) return "down";
  return failuresLeft === 0 ? "up" : `fails ${failuresLeft} more`;
}
