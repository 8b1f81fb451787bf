// Shows an error as the user's code threw it: the message in full, the user's own frames
// in front, everybody else's folded, and its causes below.
import type { ApiError } from "@stepwright/protocol";
import { errorName, errorOfCause } from "../present/error-text.ts";
import { useState, type ReactNode } from "react";
import { groupStack, parseStack, plainPlace, shortPlace, type StackGroup, type StackLine } from "../present/stack.ts";
import { JsonView } from "./json-view.tsx";
import { CopyButton } from "./ui/copy-button.tsx";

/** An error with its stack and causes. */
export function ErrorView({ error }: { readonly error: ApiError }): ReactNode {
  const cause = error.cause === null ? null : errorOfCause(error.cause);
  return (
    <div className="relative">
      <div className="absolute top-0 right-0">
        <CopyButton what="error" text={error.stack ?? `${error.name}: ${error.message}`} />
      </div>
      <p className="pr-7 font-mono text-xs leading-[1.125rem] break-words [overflow-wrap:anywhere] whitespace-pre-wrap text-bad">
        <span className="font-semibold">{errorName(error)}</span>
        {error.message === "" ? null : `: ${error.message}`}
      </p>
      {error.stack === null ? null : <Stack stack={error.stack} message={error.message} />}
      {error.cause === null ? null : (
        <div className="mt-2 border-l-2 border-bad-line pl-2.5">
          <p className="text-xs text-muted">Caused by</p>
          {cause === null ? <JsonView value={error.cause} what="cause" /> : <ErrorView error={cause} />}
        </div>
      )}
    </div>
  );
}

function Stack({ stack, message }: { readonly stack: string; readonly message: string }): ReactNode {
  const groups = groupStack(parseStack(stack, message));
  const hasOwn = groups.some((group) => group.isUsers);
  return (
    <div className="mt-1 font-mono text-xs leading-[1.125rem]">
      {groups.map((group, index) =>
        group.isUsers ? (
          <Frames key={index} group={group} />
        ) : (
          <FoldedFrames key={index} group={group} startsOpen={!hasOwn} />
        ),
      )}
    </div>
  );
}

function Frames({ group }: { readonly group: StackGroup }): ReactNode {
  return group.lines.map((line, index) => <Frame key={index} line={line} isDim={!group.isUsers} />);
}

function FoldedFrames({ group, startsOpen }: { readonly group: StackGroup; readonly startsOpen: boolean }): ReactNode {
  const [isOpen, setOpen] = useState(startsOpen);
  if (isOpen) return <Frames group={group} />;
  const count = group.lines.length;
  return (
    <button
      type="button"
      className="block pl-3 text-muted hover:text-ink hover:underline"
      onClick={() => setOpen(true)}
    >
      … {count} {count === 1 ? "frame" : "frames"} of packages and the runtime
    </button>
  );
}

function Frame({ line, isDim }: { readonly line: StackLine; readonly isDim: boolean }): ReactNode {
  if (line.kind === "text")
    return <p className="break-words [overflow-wrap:anywhere] whitespace-pre-wrap">{line.text}</p>;
  return (
    <p className={`pl-3 break-words [overflow-wrap:anywhere] ${isDim ? "text-muted" : ""}`} title={line.place}>
      {line.caller === null ? null : <span className={isDim ? "" : "font-semibold"}>{line.caller} </span>}
      <span className={isDim ? "" : "text-link"}>{isDim ? shortPlace(line.place) : plainPlace(line.place)}</span>
    </p>
  );
}
