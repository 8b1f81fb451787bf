// The form of a dialog: sent by its button, or by Ctrl or Command with Enter from any of its fields.
import type { ReactNode } from "react";

/** The form. `onSubmit` is called however often somebody sends it: it says itself whether that is possible. */
export function DialogForm(props: { readonly onSubmit: () => void; readonly children: ReactNode }): ReactNode {
  return (
    <form
      className="grid gap-3 p-4"
      onSubmit={(event) => {
        event.preventDefault();
        props.onSubmit();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        props.onSubmit();
      }}
    >
      {props.children}
    </form>
  );
}
