// Cancels many runs of a function: says before how many it would hit, and then how far it has come.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useId, useState, type ReactNode } from "react";
import { currentTime } from "../api/clock.ts";
import { cancelRuns } from "../api/commands.ts";
import { cancellationPreviewQuery, functionsQuery, keys } from "../api/queries.ts";
import {
  cancellationRequest,
  cancelText,
  fieldTime,
  hasTargets,
  previewText,
  type CancellationDraft,
} from "../present/cancellation.ts";
import { spanMs, type RunSearch } from "../present/run-search.ts";
import { Cancellations } from "./cancellations.tsx";
import { Button } from "./ui/button.tsx";
import { beginHere, Dialog } from "./ui/dialog.tsx";
import { DialogForm } from "./ui/dialog-form.tsx";
import { controlClass, Field, Select } from "./ui/field.tsx";
import { Problem } from "./ui/note.tsx";

/** Typing pauses for this long before it is counted anew. */
const settleMs = 300;

/** The dialog. */
export function CancelDialog(props: { readonly search: RunSearch; readonly onClose: () => void }): ReactNode {
  return (
    <Dialog title="Cancel runs" onClose={props.onClose}>
      <CancelForm search={props.search} />
      <Cancellations />
    </Dialog>
  );
}

function CancelForm({ search }: { readonly search: RunSearch }): ReactNode {
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => firstDraft(search, currentTime()));
  const settled = useSettled(draft);
  const request = cancellationRequest(settled);
  const preview = useQuery(cancellationPreviewQuery(request));
  const cancelling = useMutation({
    mutationFn: async () => (request === null ? null : cancelRuns(request)),
    onSettled: () => client.invalidateQueries({ queryKey: [keys.cancellations] }),
  });
  // What is cancelled is what was counted.
  const canCancel = settled === draft && hasTargets(preview.data) && preview.error === null;
  const change = (part: Partial<CancellationDraft>) => {
    setDraft((before) => ({ ...before, ...part }));
    cancelling.reset();
  };
  return (
    <DialogForm
      onSubmit={() => {
        if (canCancel && !cancelling.isPending) cancelling.mutate();
      }}
    >
      <p className="text-muted">
        Cancels the unfinished runs of a function. Runs that are made later are not concerned.
      </p>
      <Fields draft={draft} onChange={change} />
      {preview.error === null ? null : <Problem error={preview.error} />}
      {cancelling.error === null ? null : <Problem error={cancelling.error} />}
      <div className="flex min-h-8 flex-wrap items-center gap-3">
        <Button look="danger" type="submit" disabled={!canCancel || cancelling.isPending}>
          {cancelText(preview.data)}
        </Button>
        <span role="status" aria-live="polite" className="min-w-0 flex-1 text-muted">
          {request === null
            ? "Choose a function."
            : preview.data === undefined
              ? preview.error === null
                ? "Counting …"
                : ""
              : previewText(preview.data)}
        </span>
      </div>
    </DialogForm>
  );
}

function Fields(props: {
  readonly draft: CancellationDraft;
  readonly onChange: (part: Partial<CancellationDraft>) => void;
}): ReactNode {
  const id = useId();
  const functions = useQuery(functionsQuery()).data ?? [];
  const { draft, onChange } = props;
  const times = [
    ["from", "Made since"],
    ["to", "Made before"],
  ] as const;
  return (
    <>
      <Field label="Function" htmlFor={`${id}-fn`}>
        <Select
          id={`${id}-fn`}
          label="Function"
          className="w-full"
          {...beginHere(true)}
          value={draft.fn}
          onChange={(event) => onChange({ fn: event.target.value })}
        >
          <option value="">Choose a function</option>
          {functions.map(({ slug, name, appName }) => (
            <option key={slug} value={slug}>
              {name} of {appName}
            </option>
          ))}
        </Select>
      </Field>
      <div className="grid gap-3 sm:grid-cols-2">
        {times.map(([name, label]) => (
          <Field key={name} label={label} htmlFor={`${id}-${name}`}>
            <input
              id={`${id}-${name}`}
              type="datetime-local"
              value={draft[name]}
              onChange={(event) => onChange({ [name]: event.target.value })}
              className={controlClass}
            />
          </Field>
        ))}
      </div>
      <Field label="Condition on the event, as an expression" htmlFor={`${id}-if`}>
        <input
          id={`${id}-if`}
          type="text"
          autoComplete="off"
          spellCheck={false}
          placeholder={'event.data.customer == "c-118"'}
          value={draft.condition}
          onChange={(event) => onChange({ condition: event.target.value })}
          className={`${controlClass} font-mono`}
        />
      </Field>
    </>
  );
}

function firstDraft({ fn = "", last }: RunSearch, now: number): CancellationDraft {
  const backMs = last === undefined ? null : spanMs(last);
  return { fn, from: backMs === null ? "" : fieldTime(now - backMs), to: "", condition: "" };
}

/** What a value was when it had not changed for a moment. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), settleMs);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
