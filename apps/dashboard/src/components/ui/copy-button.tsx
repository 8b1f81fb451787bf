// Copies text, and says that it did.
import { useEffect, useState, type ReactNode } from "react";
import { Icon } from "./icon.tsx";

/** A small button that copies. `what` completes "Copy …" for those who cannot see the sign. */
export function CopyButton({
  text,
  what,
  children,
}: {
  readonly text: string | (() => string);
  readonly what: string;
  readonly children?: ReactNode;
}): ReactNode {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [isCopied]);

  return (
    <button
      type="button"
      className="relative z-10 inline-flex items-center gap-1 rounded px-1 py-0.5 text-xs text-muted hover:bg-raised hover:text-ink"
      aria-label={isCopied ? "Copied" : `Copy ${what}`}
      title={`Copy ${what}`}
      onClick={() => void copyText(typeof text === "string" ? text : text()).then(setCopied)}
    >
      <Icon name={isCopied ? "tick" : "copy"} />
      {children}
    </button>
  );
}

/** False when the browser does not allow it, e.g. on a page that came over plain HTTP from another machine. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** The old way, which works without a secure context. */
function copyBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "fixed opacity-0";
  // Inside a modal dialog only its own content can be selected.
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  return isDone;
}
