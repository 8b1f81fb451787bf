// Drops the runs of a function that have not begun, or gives them to another function. Both ask first, and say how many.
import type { ApiFunction } from "@stepwright/protocol";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { dropBacklog, moveBacklog } from "../api/commands.ts";
import { backlogQuery, functionsQuery, keys } from "../api/queries.ts";
import { backlogText } from "../present/queue-text.ts";
import { announce } from "./announcer.tsx";
import { Button } from "./ui/button.tsx";
import { Select } from "./ui/field.tsx";
import { Problem } from "./ui/note.tsx";

/** What can be done, and the question before it is. */
export function Backlog({ fn }: { readonly fn: ApiFunction }): ReactNode {
  const [asking, setAsking] = useState<"drop" | "move" | null>(null);
  return (
    <div className="border-t border-line px-3 py-2.5">
      {asking === null ? (
        <div className="flex flex-wrap gap-2">
          <Button onClick={() => setAsking("drop")}>Drop backlog</Button>
          <Button onClick={() => setAsking("move")}>Move backlog</Button>
        </div>
      ) : (
        <Question key={asking} fn={fn} verb={asking} onDone={() => setAsking(null)} />
      )}
    </div>
  );
}

function Question(props: {
  readonly fn: ApiFunction;
  readonly verb: "drop" | "move";
  readonly onDone: () => void;
}): ReactNode {
  const { fn, verb, onDone } = props;
  const client = useQueryClient();
  const backlog = useQuery(backlogQuery(fn.slug));
  const [to, setTo] = useState("");
  const acting = useMutation({
    mutationFn: () => (verb === "drop" ? dropBacklog(fn.slug) : moveBacklog(fn.slug, to)),
    onSuccess: () => {
      announce(verb === "drop" ? "The backlog is being dropped" : `The backlog is being moved to ${to}`);
      onDone();
    },
    onSettled: () => client.invalidateQueries({ queryKey: [keys.queue, fn.slug] }),
  });
  if (backlog.data === undefined) {
    return backlog.error === null ? null : <Problem error={backlog.error} onRetry={() => void backlog.refetch()} />;
  }
  const count = backlogText(backlog.data);
  const canAct = backlog.data.count > 0 && (verb === "drop" || to !== "") && !acting.isPending;
  return (
    <div role="group" aria-label={verb === "drop" ? "Drop backlog" : "Move backlog"} className="grid gap-2">
      <p>
        {backlog.data.count === 0
          ? "Every run has begun by now: there is nothing left to take away."
          : verb === "drop"
            ? `Cancel ${count} of this function that ${backlog.data.count === 1 ? "has" : "have"} not begun?`
            : `Give ${count} that ${backlog.data.count === 1 ? "has" : "have"} not begun to another function?`}
      </p>
      {acting.error === null ? null : <Problem error={acting.error} />}
      <div className="flex flex-wrap gap-2">
        {verb === "move" ? <Targets fn={fn} to={to} onChoose={setTo} /> : null}
        <Button look={verb === "drop" ? "danger" : "primary"} disabled={!canAct} onClick={() => acting.mutate()}>
          {verb === "drop" ? `Cancel ${count}` : `Move ${count}`}
        </Button>
        <Button autoFocus onClick={onDone}>
          {verb === "drop" ? "Keep them" : "Leave them"}
        </Button>
      </div>
    </div>
  );
}

function Targets(props: {
  readonly fn: ApiFunction;
  readonly to: string;
  readonly onChoose: (slug: string) => void;
}): ReactNode {
  const functions = useQuery(functionsQuery()).data ?? [];
  return (
    <Select
      label="To function"
      value={props.to}
      className="max-w-full"
      onChange={(event) => props.onChoose(event.target.value)}
    >
      <option value="">Choose a function</option>
      {functions
        .filter(({ slug }) => slug !== props.fn.slug)
        .map(({ slug, name, appName }) => (
          <option key={slug} value={slug}>
            {appName === props.fn.appName ? name : `${name} of ${appName}`}
          </option>
        ))}
    </Select>
  );
}
