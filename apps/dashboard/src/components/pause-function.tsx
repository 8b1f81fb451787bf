// Pauses a function and lets it go on, and says what that means while it lasts.
import type { ApiFunction } from "@stepwright/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { pauseFunction, resumeFunction } from "../api/commands.ts";
import { keys } from "../api/queries.ts";
import { pausedLook } from "../present/status.ts";
import { Button } from "./ui/button.tsx";
import { StatusMark } from "./ui/status-mark.tsx";
import { Ago } from "./ui/time.tsx";

/** The button, and what went wrong with it. */
export function PauseFunction({ fn }: { readonly fn: ApiFunction }): ReactNode {
  const client = useQueryClient();
  const isPaused = fn.pausedAt !== null;
  const switching = useMutation({
    mutationFn: () => (isPaused ? resumeFunction(fn.slug) : pauseFunction(fn.slug)),
    onSettled: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: [keys.functions] }),
        client.invalidateQueries({ queryKey: [keys.queue, fn.slug] }),
      ]);
    },
  });
  return (
    <>
      {switching.error === null ? null : (
        <span role="alert" className="text-bad">
          {switching.error.message}
        </span>
      )}
      <Button
        disabled={switching.isPending}
        onClick={() => switching.mutate()}
        title={isPaused ? "Makes the calls that wait" : "Makes no more calls, and skips new runs"}
      >
        {isPaused ? "Resume" : "Pause"}
      </Button>
    </>
  );
}

/** What a paused function does and does not do; nothing for one that works. */
export function PausedNote({ fn }: { readonly fn: ApiFunction }): ReactNode {
  if (fn.pausedAt === null) return null;
  return (
    <section
      aria-label="Paused"
      className="mb-4 grid grid-cols-[auto_minmax(0,1fr)] gap-x-2 rounded-lg border border-waiting-line bg-waiting-soft px-3 py-2.5"
    >
      <span className="pt-[3px]">
        <StatusMark look={pausedLook} />
      </span>
      <p>
        <span className="font-medium">
          Paused <Ago at={fn.pausedAt} />.
        </span>{" "}
        Calls that were out go on to their end. What is due waits until it is resumed, and an event or a cron starts a
        run that is skipped.
      </p>
    </section>
  );
}
