// Asks for the signing key when the server wants one. The address stays, so that what was
// asked for is there afterwards.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState, type ReactNode } from "react";
import { login } from "../api/commands.ts";
import { liveFeed } from "../api/live-feed.ts";
import { isLoginNeeded } from "../api/session.ts";
import { Button } from "./ui/button.tsx";
import { controlClass, Field } from "./ui/field.tsx";

/** The login. */
export function LoginPage(): ReactNode {
  const id = useId();
  const client = useQueryClient();
  const [key, setKey] = useState("");
  const attempt = useMutation({
    mutationFn: () => login(key.trim()),
    onSuccess: async () => {
      await client.resetQueries();
      isLoginNeeded.set(false);
      liveFeed.reconnect();
    },
  });

  return (
    <main className="mx-auto mt-[15vh] max-w-sm px-4">
      <title>Log in · Stepwright</title>
      <h1 className="text-lg font-semibold">Log in to Stepwright</h1>
      <p className="mt-1 mb-4 text-muted">
        This server shows its data only to those who hold its signing key. You stay logged in for 12 hours.
      </p>
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          attempt.mutate();
        }}
      >
        <Field label="Signing key" htmlFor={id}>
          <input
            id={id}
            type="password"
            autoComplete="current-password"
            autoFocus
            required
            value={key}
            onChange={(event) => setKey(event.target.value)}
            aria-invalid={attempt.isError}
            aria-describedby={attempt.isError ? `${id}-problem` : undefined}
            className={controlClass}
          />
        </Field>
        {attempt.error === null ? null : (
          <p id={`${id}-problem`} role="alert" className="text-bad">
            {attempt.error.message}
          </p>
        )}
        <Button look="primary" type="submit" disabled={attempt.isPending}>
          {attempt.isPending ? "Logging in …" : "Log in"}
        </Button>
      </form>
      <p className="mt-4 text-xs text-muted">
        It is the key given to the server as --signing-key or INNGEST_SIGNING_KEY.
      </p>
    </main>
  );
}
