// A modal dialog: it takes the focus, closes with Escape, and is left behind when the page changes.
import { useLocation } from "@tanstack/react-router";
import { useEffect, useRef, type ReactNode } from "react";
import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";

/** Marks the field of a dialog that has the focus at first. */
export function beginHere(isHere: boolean): { readonly "data-begin"?: true } {
  return isHere ? { "data-begin": true } : {};
}

/** The dialog with its title. `onClose` is called when it has closed, however that came. */
export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    // By itself the button that closes would have the focus, as it comes first.
    dialog.current?.querySelector<HTMLElement>("[data-begin]")?.focus();
  }, []);
  // Following a link leaves the dialog behind.
  const place = useLocation({ select: (location) => location.href });
  const openedAt = useRef(place);
  useEffect(() => {
    if (place !== openedAt.current) dialog.current?.close();
  }, [place]);
  return (
    <dialog
      ref={dialog}
      aria-label={props.title}
      onClose={props.onClose}
      className="m-auto max-h-[calc(100dvh-2rem)] w-[min(44rem,calc(100vw-1.5rem))] overflow-y-auto rounded-lg border border-edge bg-surface text-ink shadow-2xl backdrop:bg-black/40"
    >
      <header className="sticky top-0 z-20 flex h-11 items-center justify-between gap-2 border-b border-line bg-surface pr-2 pl-4">
        <h2 className="truncate text-base font-semibold" title={props.title}>
          {props.title}
        </h2>
        <Button look="bare" aria-label="Close" onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </Button>
      </header>
      {props.children}
    </dialog>
  );
}
