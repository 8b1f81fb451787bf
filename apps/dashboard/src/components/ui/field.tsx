// Form controls with their labels.
import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes } from "react";
import { Icon } from "./icon.tsx";

/** Classes of a control that takes text. */
export const controlClass =
  "h-8 w-full min-w-0 rounded-md border border-edge bg-surface px-2 text-sm text-ink placeholder:text-muted aria-invalid:border-bad";

/** A choice with a label that is read but not seen: the first option says what it is. */
export function Select({
  label,
  children,
  className = "",
  ...rest
}: SelectHTMLAttributes<HTMLSelectElement> & { readonly label: string }): ReactNode {
  return (
    <span className={`relative inline-flex min-w-0 ${className}`}>
      <select {...rest} aria-label={label} className={`${controlClass} appearance-none truncate pr-7`}>
        {children}
      </select>
      <Icon name="down" className="pointer-events-none absolute top-2.5 right-2 size-3 text-muted" />
    </span>
  );
}

/** A line of text with known values to choose from. */
export function SuggestInput({
  suggestions,
  className = "",
  ...rest
}: InputHTMLAttributes<HTMLInputElement> & { readonly suggestions: readonly string[] }): ReactNode {
  const listId = useId();
  return (
    <>
      <input
        type="text"
        autoComplete="off"
        spellCheck={false}
        {...rest}
        list={listId}
        className={`${controlClass} ${className}`}
      />
      <datalist id={listId}>
        {suggestions.map((value) => (
          <option key={value} value={value} />
        ))}
      </datalist>
    </>
  );
}

/** A control under its label. */
export function Field(props: {
  readonly label: string;
  readonly htmlFor: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div>
      <div className="mb-1 flex min-h-5 items-center justify-between gap-2">
        <label htmlFor={props.htmlFor} className="text-xs font-semibold text-muted">
          {props.label}
        </label>
        {props.aside}
      </div>
      {props.children}
    </div>
  );
}
