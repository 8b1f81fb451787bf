// Adds an app by the URL it serves its functions at.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState, type ReactNode } from "react";
import { addApp } from "../api/commands.ts";
import { keys } from "../api/queries.ts";
import { Button } from "./ui/button.tsx";
import { controlClass, Field } from "./ui/field.tsx";
import { Problem } from "./ui/note.tsx";

/** The form; a sync that fails shows on the new app's card. */
export function AddApp(): ReactNode {
  const id = useId();
  const client = useQueryClient();
  const [url, setUrl] = useState("");
  const adding = useMutation({
    mutationFn: () => addApp(url.trim()),
    onSuccess: () => setUrl(""),
    onSettled: () => client.invalidateQueries({ queryKey: [keys.apps] }),
  });
  return (
    <form
      className="mb-4 grid gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        adding.mutate();
      }}
    >
      <Field label="Add an app by its URL" htmlFor={id}>
        <div className="flex max-w-xl gap-2">
          <input
            id={id}
            type="url"
            required
            placeholder="http://localhost:3000/api/inngest"
            value={url}
            onChange={(event) => setUrl(event.target.value)}
            className={controlClass}
          />
          <Button type="submit" disabled={adding.isPending}>
            {adding.isPending ? "Adding …" : "Add app"}
          </Button>
        </div>
      </Field>
      {adding.error === null ? null : <Problem error={adding.error} />}
    </form>
  );
}
