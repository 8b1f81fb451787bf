// The box above a list that searches in what the rows hold, and what the list says about a search.
import type { ApiSearchGaps } from "@stepwright/protocol";
import { useId, type ReactNode } from "react";
import { Button } from "./ui/button.tsx";
import { controlClass } from "./ui/field.tsx";
import { Icon } from "./ui/icon.tsx";

/** Takes a search. It goes off with Enter, so that each is one place in history and half a word is never looked for. */
export function SearchBox(props: {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string | undefined;
  readonly onSearch: (text: string | undefined) => void;
}): ReactNode {
  const id = useId();
  const { value = "", onSearch } = props;
  const search = (text: string) => {
    if (text !== value) onSearch(text === "" ? undefined : text);
  };
  return (
    <form
      role="search"
      aria-label={props.label}
      className="flex w-full max-w-md min-w-0 flex-1 gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        const text = new FormData(event.currentTarget).get("q");
        search(typeof text === "string" ? text.trim() : "");
      }}
    >
      <label htmlFor={id} className="sr-only">
        {props.label}
      </label>
      <span className="relative min-w-0 flex-1">
        <Icon name="search" className="pointer-events-none absolute top-2.25 left-2 size-3.5 text-muted" />
        <input
          // A new address brings its own text.
          key={value}
          id={id}
          name="q"
          type="search"
          autoComplete="off"
          spellCheck={false}
          placeholder={props.placeholder}
          title={'All words must be found; "quoted words" in this order, and ord* finds what begins with ord.'}
          defaultValue={value}
          className={`${controlClass} pl-7`}
          onChange={(event) => {
            // Clearing the field needs no further key.
            if (event.target.value === "") search("");
          }}
        />
      </span>
      <Button type="submit">Search</Button>
    </form>
  );
}

/** Says what a search has not looked at; nothing when it has looked at everything. */
export function SearchGaps({ gaps }: { readonly gaps: ApiSearchGaps | null }): ReactNode {
  if (gaps === null || (gaps.notIndexed === 0 && gaps.tooShort === null)) return null;
  return (
    <p role="status" className="mb-2 text-muted">
      {gaps.notIndexed === 0
        ? null
        : `Not everything is indexed yet: about ${gaps.notIndexed.toLocaleString("en")} older or very new entries may be missing. `}
      {gaps.tooShort === null
        ? null
        : `Very many words begin with “${gaps.tooShort}”, and only some were looked for: type more of it, or put it in quotes.`}
    </p>
  );
}

/** In place of rows, while a search has found nothing so far but has not come to its end. */
export function SearchGoesOn(props: { readonly isLoading: boolean; readonly onMore: () => void }): ReactNode {
  return (
    <div className="rounded-lg border border-dashed border-edge px-4 py-8 text-center">
      <p className="text-base font-semibold">Nothing found so far</p>
      <Button className="mt-3" disabled={props.isLoading} onClick={props.onMore}>
        {props.isLoading ? "Searching …" : "Search in older entries"}
      </Button>
    </div>
  );
}
