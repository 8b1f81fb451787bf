// The dialog that sends an event or invokes a function: checks the JSON while it is typed,
// knows the names that functions listen to, and then follows the runs in place.
import { useMutation, useQuery } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { useEffect, useId, useRef, useState, type FormEvent, type ReactNode } from "react";
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
import { Field, SuggestInput } from "./ui/field.tsx";
import { Icon } from "./ui/icon.tsx";
import { Problem } from "./ui/note.tsx";

const emptyData = "{\n  \n}";

/** The dialog. It is modal and closes with Escape. */
export function SendDialog({ start, onClose }: { readonly start: SendStart; readonly onClose: () => void }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  // Following a link to a run or event leaves the dialog behind.
  const place = useLocation({ select: (location) => location.href });
  const openedAt = useRef(place);
  useEffect(() => {
    if (place !== openedAt.current) dialog.current?.close();
  }, [place]);
  const title = start.kind === "event" ? "Send event" : `Invoke ${start.name}`;
  return (
    <dialog
      ref={dialog}
      aria-label={title}
      onClose={onClose}
      className="m-auto max-h-[calc(100dvh-2rem)] w-[min(44rem,calc(100vw-1.5rem))] overflow-y-auto rounded-lg border border-edge bg-surface text-ink shadow-2xl backdrop:bg-black/40"
    >
      <header className="flex h-11 items-center justify-between border-b border-line pr-2 pl-4">
        <h2 className="truncate text-base font-semibold">{title}</h2>
        <Button look="bare" aria-label="Close" onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </Button>
      </header>
      <SendForm start={start} />
    </dialog>
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

  function submit(event?: FormEvent): void {
    event?.preventDefault();
    if (canSend && !sending.isPending) sending.mutate();
  }

  return (
    <form
      className="grid gap-3 p-4"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        submit();
      }}
    >
      {start.kind === "event" ? (
        <Field label="Name" htmlFor={`${id}-name`}>
          <SuggestInput
            id={`${id}-name`}
            autoFocus={eventName === ""}
            required
            placeholder="user/signed-up"
            value={name}
            suggestions={triggerNames(functions)}
            onChange={(event) => changeName(event.target.value)}
          />
        </Field>
      ) : null}
      <Field
        label="Data"
        htmlFor={`${id}-data`}
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
      >
        <textarea
          id={`${id}-data`}
          autoFocus={start.kind === "invoke" || eventName !== ""}
          spellCheck={false}
          rows={Math.min(18, Math.max(6, text.split("\n").length))}
          value={text}
          aria-invalid={data.kind === "problem"}
          aria-describedby={`${id}-check`}
          onChange={(event) => changeText(event.target.value)}
          className="block w-full resize-y rounded-md border border-edge bg-ground px-2.5 py-2 font-mono text-xs leading-[1.125rem] aria-invalid:border-bad"
        />
        <p id={`${id}-check`} className={`mt-1 text-xs ${data.kind === "problem" ? "text-bad" : "text-muted"}`}>
          {data.kind === "problem" ? data.message : "Valid JSON"}
        </p>
      </Field>
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
    </form>
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
