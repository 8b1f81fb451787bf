// Takes JSON, and says while it is typed whether it is any.
import { useId, type ReactNode } from "react";
import type { TypedJson } from "../../present/read-json.ts";
import { beginHere } from "./dialog.tsx";
import { Field } from "./field.tsx";

/** Rows of text that are shown at least, and at most. */
const rowsMin = 6;
const rowsMax = 18;

/** A text area under its label. `typed` is what its text was read as. */
export function JsonField(props: {
  readonly label: string;
  readonly text: string;
  readonly typed: TypedJson;
  /** Has the focus when its dialog opens. */
  readonly begins?: boolean;
  /** Fewer rows, where it is one of several. */
  readonly isSmall?: boolean;
  readonly aside?: ReactNode;
  readonly onChange: (text: string) => void;
}): ReactNode {
  const id = useId();
  const { text, typed } = props;
  const least = props.isSmall === true ? 3 : rowsMin;
  return (
    <Field label={props.label} htmlFor={id} aside={props.aside}>
      <textarea
        id={id}
        {...beginHere(props.begins === true)}
        spellCheck={false}
        rows={Math.min(rowsMax, Math.max(least, text.split("\n").length))}
        value={text}
        aria-invalid={typed.kind === "problem"}
        aria-describedby={`${id}-check`}
        onChange={(event) => props.onChange(event.target.value)}
        className="block w-full resize-y rounded-md border border-edge bg-ground px-2.5 py-2 font-mono text-xs leading-[1.125rem] aria-invalid:border-bad"
      />
      <p id={`${id}-check`} className={`mt-1 text-xs ${typed.kind === "problem" ? "text-bad" : "text-muted"}`}>
        {typed.kind === "problem" ? typed.message : "Valid JSON"}
      </p>
    </Field>
  );
}
