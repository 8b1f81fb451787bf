// The dialog that sends an event or invokes a function: checks the JSON while it is typed,
// knows the names that functions listen to, and then follows the runs in place.
import { useMutation, useQuery } from "@tanstack/react-query";
import { useId, useState, type ReactNode } from "react";
import { invokeFunction, sendEvent } from "../api/commands.ts";
import { rememberedPayload, rememberPayload } from "../api/payload-memory.ts";
import { functionsQuery, infoQuery, readLastEvent } from "../api/queries.ts";
import { triggerNames } from "../present/listeners.ts";
import { readJsonObject } from "../present/read-json.ts";
import { curlSnippet, sdkSnippet } from "../present/snippets.ts";
import type { SendStart } from "./send-event.tsx";
import { SentEvents, type SentEvent } from "./sent-events.tsx";
import { Button } from "./ui/button.tsx";
import { CopyButton } from "./ui/copy-button.tsx";
import { beginHere, Dialog } from "./ui/dialog.tsx";
import { DialogForm } from "./ui/dialog-form.tsx";
import { Field, SuggestInput } from "./ui/field.tsx";
import { JsonField } from "./ui/json-field.tsx";
import { Problem } from "./ui/note.tsx";

const emptyData = "{\n  \n}";

/** The dialog. */
export function SendDialog({ start, onClose }: { readonly start: SendStart; readonly onClose: () => void }): ReactNode {
  return (
    <Dialog title={start.kind === "event" ? "Send event" : `Invoke ${start.name}`} onClose={onClose}>
      <SendForm start={start} />
    </Dialog>
  );
}

function SendForm({ start }: { readonly start: SendStart }): ReactNode {
  const id = useId();
  const functions = useQuery(functionsQuery()).data ?? [];
  const [name, setName] = useState(start.kind === "event" ? (start.name ?? "") : "");
  const [text, setText] = useState(() => firstText(start));
  const [isTouched, setTouched] = useState(start.kind === "event" && start.data !== undefined);
  const [sent, setSent] = useState<readonly SentEvent[]>([]);
  const data = readJsonObject(text);
  const eventName = name.trim();
  const memoryKey = start.kind === "event" ? `event:${eventName}` : `invoke:${start.slug}`;
  const canSend = data.kind === "value" && (start.kind === "invoke" || eventName !== "");

  const sending = useMutation({
    mutationFn: async () => {
      if (data.kind !== "value") return null;
      rememberPayload(memoryKey, text);
      return start.kind === "event"
        ? sendEvent({ name: eventName, data: data.value })
        : invokeFunction(start.slug, data.value);
    },
    onSuccess: (eventId) => {
      if (eventId !== null)
        setSent((before) => [{ eventId, name: start.kind === "event" ? eventName : null }, ...before]);
    },
  });
  const filling = useMutation({
    mutationFn: () => readLastEvent(eventName),
    onSuccess: (event) => {
      if (event !== null) changeText(JSON.stringify(event.data, null, 2));
    },
  });

  function changeText(next: string): void {
    setText(next);
    setTouched(true);
  }

  function changeName(next: string): void {
    setName(next);
    // What was last sent under this name is the best guess, as long as nothing was typed.
    if (!isTouched) setText(rememberedPayload(`event:${next.trim()}`) ?? emptyData);
  }

  function submit(): void {
    if (canSend && !sending.isPending) sending.mutate();
  }

  return (
    <DialogForm onSubmit={submit}>
      {start.kind === "event" ? (
        <Field label="Name" htmlFor={`${id}-name`}>
          <SuggestInput
            id={`${id}-name`}
            {...beginHere(eventName === "")}
            required
            placeholder="user/signed-up"
            value={name}
            suggestions={triggerNames(functions)}
            onChange={(event) => changeName(event.target.value)}
          />
        </Field>
      ) : null}
      <JsonField
        label="Data"
        text={text}
        typed={data}
        begins={start.kind === "invoke" || eventName !== ""}
        onChange={changeText}
        aside={
          start.kind === "event" && eventName !== "" ? (
            <button
              type="button"
              className="text-xs text-link hover:underline disabled:opacity-50"
              disabled={filling.isPending}
              onClick={() => filling.mutate()}
            >
              {filling.data === null ? "There is none stored" : "Take from the last one"}
            </button>
          ) : null
        }
      />
      {sending.error === null ? null : <Problem error={sending.error} />}
      <div className="flex flex-wrap items-center gap-3">
        <Button look="primary" type="submit" disabled={!canSend || sending.isPending}>
          {sending.isPending ? "Sending …" : start.kind === "event" ? "Send event" : "Invoke"}
        </Button>
        <span className="text-xs text-muted">
          <kbd className="rounded border border-line px-1 font-sans">Ctrl</kbd> +{" "}
          <kbd className="rounded border border-line px-1 font-sans">Enter</kbd>
        </span>
      </div>
      <SentEvents sent={sent} functions={functions} onRename={changeName} />
      {start.kind === "event" && data.kind === "value" ? <Snippets name={eventName} data={data.value} /> : null}
    </DialogForm>
  );
}

function Snippets({ name, data }: Parameters<typeof curlSnippet>[0]): ReactNode {
  const { data: info } = useQuery(infoQuery());
  const event = { name: name === "" ? "your/event" : name, data };
  const snippets = [
    ["cURL", curlSnippet(event, { origin: window.location.origin, needsKey: info?.mode === "start" })],
    ["TypeScript", sdkSnippet(event)],
  ] as const;
  return (
    <details className="border-t border-line pt-2">
      <summary className="text-xs font-semibold text-muted">The same as code</summary>
      {snippets.map(([language, code]) => (
        <div key={language} className="relative mt-2 rounded-md bg-raised">
          <div className="absolute top-1 right-1">
            <CopyButton what={language} text={code}>
              {language}
            </CopyButton>
          </div>
          <pre className="p-2.5 pr-24 font-mono [overflow-wrap:anywhere] whitespace-pre-wrap">{code}</pre>
        </div>
      ))}
    </details>
  );
}

function firstText(start: SendStart): string {
  if (start.kind === "invoke") return rememberedPayload(`invoke:${start.slug}`) ?? emptyData;
  if (start.data !== undefined) return JSON.stringify(start.data, null, 2);
  return rememberedPayload(`event:${start.name ?? ""}`) ?? emptyData;
}
