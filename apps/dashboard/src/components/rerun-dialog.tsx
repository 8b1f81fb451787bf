// Starts a run again with changes: from one of its steps, with other arguments for it, or with other event data.
import type { ApiRun, ApiStep, JsonValue } from "@stepwright/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { rerun, type RerunChanges } from "../api/commands.ts";
import { runQuery } from "../api/queries.ts";
import { readJsonList, readJsonObject, type TypedJson } from "../present/read-json.ts";
import { eventDataOf, inputOf, keptSteps } from "../present/rerun.ts";
import { Button } from "./ui/button.tsx";
import { Dialog } from "./ui/dialog.tsx";
import { DialogForm } from "./ui/dialog-form.tsx";
import { JsonField } from "./ui/json-field.tsx";
import { Problem } from "./ui/note.tsx";

/** Kept steps that are named. */
const namesMax = 6;

/** The dialog; `from` is null for a run from the beginning. */
export function RerunDialog(props: {
  readonly run: ApiRun;
  readonly from: ApiStep | null;
  readonly onClose: () => void;
}): ReactNode {
  const { run, from } = props;
  return (
    <Dialog
      title={from === null ? `Run ${run.functionName} again` : `Run again from step ${from.name}`}
      onClose={props.onClose}
    >
      <RerunForm run={run} from={from} />
    </Dialog>
  );
}

function RerunForm({ run, from }: { readonly run: ApiRun; readonly from: ApiStep | null }): ReactNode {
  const client = useQueryClient();
  const navigate = useNavigate();
  const own = from === null ? null : inputOf(from);
  const input = useEdited(own?.value ?? null, readJsonList);
  const data = useEdited(eventDataOf(run), readJsonObject);
  const isReadable = input.typed.kind === "value" && data.typed.kind === "value";
  const starting = useMutation({
    mutationFn: () => rerun(run.id, changesOf({ from, input: input.changed, data: data.changed })),
    onSuccess: async (runId) => {
      // It names its reruns.
      void client.invalidateQueries(runQuery(run.originalRunId ?? run.id));
      await navigate({ to: "/runs/$runId", params: { runId } });
    },
  });

  function submit(): void {
    if (isReadable && !starting.isPending) starting.mutate();
  }

  return (
    <DialogForm onSubmit={submit}>
      <Kept run={run} from={from} />
      {input.text === null ? null : (
        <JsonField
          label={own?.label ?? ""}
          text={input.text}
          typed={input.typed}
          begins
          isSmall
          onChange={input.setText}
        />
      )}
      {data.text === null ? (
        <p className="text-muted">
          {run.events.length > 1
            ? `It gets the same ${run.events.length} events; of several, none can be changed.`
            : "Its event is no longer stored."}
        </p>
      ) : (
        <JsonField
          label="Data of the event"
          text={data.text}
          typed={data.typed}
          begins={input.text === null}
          isSmall={input.text !== null}
          onChange={data.setText}
        />
      )}
      {starting.error === null ? null : <Problem error={starting.error} />}
      <div className="flex flex-wrap items-center gap-3">
        <Button look="primary" type="submit" disabled={!isReadable || starting.isPending}>
          {starting.isPending ? "Starting …" : "Run again"}
        </Button>
        <span className="text-muted">
          {changesText({ input: input.changed !== undefined, data: data.changed !== undefined })}
        </span>
      </div>
    </DialogForm>
  );
}

/** What is not run anew. */
function Kept({ run, from }: { readonly run: ApiRun; readonly from: ApiStep | null }): ReactNode {
  if (from === null) return <p>A new run of the function, from its beginning. This one stays as it is.</p>;
  const kept = keptSteps(run, from);
  const names = kept.slice(0, namesMax).map(({ name }) => name);
  const more = kept.length - names.length;
  return (
    <p className="break-words [overflow-wrap:anywhere]">
      A new run.{" "}
      {kept.length === 0
        ? "No step began before this one, so every step runs anew."
        : `It keeps the ${kept.length === 1 ? "result" : "results"} of ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}; this step and all after it run anew.`}
    </p>
  );
}

interface Edited {
  /** Null where there is nothing to edit. */
  readonly text: string | null;
  readonly typed: TypedJson;
  /** The value, if it differs from what it was. */
  readonly changed: JsonValue | undefined;
  readonly setText: (text: string) => void;
}

function useEdited(before: JsonValue | null | readonly JsonValue[], read: (text: string) => TypedJson): Edited {
  const [first] = useState(() => (before === null ? null : JSON.stringify(before, null, 2)));
  const [text, setText] = useState(first);
  const typed: TypedJson = text === null ? { kind: "value", value: null } : read(text);
  const isChanged = text !== null && typed.kind === "value" && JSON.stringify(typed.value, null, 2) !== first;
  return { text, typed, changed: isChanged ? typed.value : undefined, setText };
}

function changesOf(o: {
  readonly from: ApiStep | null;
  readonly input: JsonValue | undefined;
  readonly data: JsonValue | undefined;
}): RerunChanges {
  const { from, input, data } = o;
  return {
    ...(from === null ? {} : { fromStep: { stepId: from.id, ...(input === undefined ? {} : { input }) } }),
    ...(data === undefined ? {} : { data }),
  };
}

function changesText({ input, data }: { readonly input: boolean; readonly data: boolean }): string {
  if (input && data) return "With other input and other data";
  if (input) return "With other input";
  return data ? "With other data" : "With nothing changed";
}
