// Shows JSON as a tree that folds. Small on purpose: large values open level by level, so that
// a payload of megabytes costs no more than what is looked at.
import type { JsonValue } from "@stepwright/protocol";
import { useState, type ReactNode } from "react";
import { CopyButton } from "./ui/copy-button.tsx";
import { Icon } from "./ui/icon.tsx";

// Deeper levels and longer lists start folded.
const openDepthMax = 2;
const openItemsMax = 40;
/** Items of one level that are drawn at a time. */
const itemsShown = 100;
/** Characters of a text that are drawn before it is asked for. */
const textShown = 1_200;

/** A JSON value with a button that copies it. */
export function JsonView({ value, what }: { readonly value: JsonValue; readonly what: string }): ReactNode {
  return (
    <div className="group relative">
      <div className="absolute top-0 right-0 bg-surface">
        <CopyButton what={what} text={() => JSON.stringify(value, null, 2)} />
      </div>
      <div className="overflow-x-auto pr-6 font-mono text-xs leading-[1.125rem]">
        <JsonNode value={value} depth={0} label={null} isLast />
      </div>
    </div>
  );
}

interface NodeProps {
  readonly value: JsonValue;
  readonly depth: number;
  /** Key in an object; null in a list and at the root. */
  readonly label: string | null;
  readonly isLast: boolean;
}

function JsonNode(props: NodeProps): ReactNode {
  const { value } = props;
  if (value === null || typeof value !== "object") {
    return (
      <div className="pl-4 break-words [overflow-wrap:anywhere] whitespace-pre-wrap">
        <Label label={props.label} />
        <Scalar value={value} />
        <Comma isLast={props.isLast} />
      </div>
    );
  }
  return <Branch {...props} value={value} />;
}

function Branch({
  value,
  depth,
  label,
  isLast,
}: NodeProps & { readonly value: JsonValue[] | { [key: string]: JsonValue } }): ReactNode {
  const isList = Array.isArray(value);
  const entries: readonly (readonly [string | null, JsonValue])[] = isList
    ? value.map((item) => [null, item])
    : Object.entries(value);
  const [isOpen, setOpen] = useState(depth < openDepthMax && entries.length <= openItemsMax);
  const [shown, setShown] = useState(itemsShown);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];

  if (entries.length === 0) {
    return (
      <div className="pl-4">
        <Label label={label} />
        {open}
        {close}
        <Comma isLast={isLast} />
      </div>
    );
  }
  return (
    <div>
      <div className="flex items-start">
        <button
          type="button"
          aria-expanded={isOpen}
          aria-label={`${isOpen ? "Fold" : "Unfold"} ${label ?? (isList ? "list" : "object")}`}
          className="mt-0.5 flex size-4 shrink-0 items-center justify-center rounded text-muted hover:bg-raised hover:text-ink"
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name={isOpen ? "down" : "right"} className="size-2.5" />
        </button>
        <span>
          <Label label={label} />
          {open}
          {isOpen ? null : (
            <>
              <span className="text-muted"> {countText(entries.length, isList)} </span>
              {close}
              <Comma isLast={isLast} />
            </>
          )}
        </span>
      </div>
      {isOpen ? (
        <>
          <div className="ml-[7px] border-l border-line pl-2">
            {entries.slice(0, shown).map(([key, item], index) => (
              <JsonNode
                key={key ?? index}
                value={item}
                depth={depth + 1}
                label={key}
                isLast={index === entries.length - 1}
              />
            ))}
            {shown < entries.length ? (
              <button
                type="button"
                className="ml-4 text-link hover:underline"
                onClick={() => setShown(shown + 10 * itemsShown)}
              >
                Show more of {entries.length} items
              </button>
            ) : null}
          </div>
          <div className="pl-4">
            {close}
            <Comma isLast={isLast} />
          </div>
        </>
      ) : null}
    </div>
  );
}

function Scalar({ value }: { readonly value: string | number | boolean | null }): ReactNode {
  const [isWhole, setWhole] = useState(false);
  if (typeof value === "number") return <span className="text-active">{value}</span>;
  if (typeof value !== "string") return <span className="text-waiting">{String(value)}</span>;
  if (isWhole || value.length <= textShown) return <span className="text-good">{JSON.stringify(value)}</span>;
  return (
    <>
      <span className="text-good">{JSON.stringify(value.slice(0, textShown)).slice(0, -1)}…</span>{" "}
      <button type="button" className="text-link hover:underline" onClick={() => setWhole(true)}>
        Show all {value.length.toLocaleString("en")} characters
      </button>
    </>
  );
}

function Label({ label }: { readonly label: string | null }): ReactNode {
  return label === null ? null : <span className="text-ink">{JSON.stringify(label)}: </span>;
}

function Comma({ isLast }: { readonly isLast: boolean }): ReactNode {
  return isLast ? null : <span className="text-muted">,</span>;
}

function countText(count: number, isList: boolean): string {
  if (isList) return count === 1 ? "1 item" : `${count} items`;
  return count === 1 ? "1 key" : `${count} keys`;
}
