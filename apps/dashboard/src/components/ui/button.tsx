// Buttons, and what looks like one.
import { useState, type ButtonHTMLAttributes, type ReactNode } from "react";

/** How much a button asks for attention. */
export type ButtonLook = "primary" | "plain" | "danger" | "bare";

const base =
  "inline-flex h-8 items-center justify-center gap-1.5 rounded-md px-3 text-sm font-medium whitespace-nowrap disabled:opacity-50 disabled:cursor-default";

const looks: Readonly<Record<ButtonLook, string>> = {
  primary: "bg-fill text-white enabled:hover:bg-fill-strong",
  plain: "border border-edge bg-surface text-ink enabled:hover:bg-raised",
  danger: "border border-bad-line bg-bad-soft text-bad enabled:hover:border-bad",
  bare: "text-muted enabled:hover:bg-raised enabled:hover:text-ink px-2",
};

/** Classes of a button, for links that look like one. */
export function buttonClass(look: ButtonLook): string {
  return `${base} ${looks[look]}`;
}

/** A button. Not a submit button unless it says so. */
export function Button({
  look = "plain",
  className = "",
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { readonly look?: ButtonLook }): ReactNode {
  return <button type="button" {...rest} className={`${buttonClass(look)} ${className}`} />;
}

/** A button for what cannot be undone: the first press asks, the second does. Leaving it takes the question back. */
export function ConfirmButton(props: {
  readonly label: string;
  readonly question: string;
  readonly isBusy: boolean;
  readonly onConfirm: () => void;
}): ReactNode {
  const [isAsking, setAsking] = useState(false);
  return (
    <Button
      look={isAsking ? "danger" : "plain"}
      disabled={props.isBusy}
      onBlur={() => setAsking(false)}
      onKeyDown={(event) => {
        if (event.key === "Escape") setAsking(false);
      }}
      onClick={() => {
        setAsking(!isAsking);
        if (isAsking) props.onConfirm();
      }}
    >
      {isAsking ? props.question : props.label}
    </Button>
  );
}
