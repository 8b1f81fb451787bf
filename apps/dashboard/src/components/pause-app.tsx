// Pauses an app with all its functions and lets it go on, and says what that means while it lasts.
import type { ApiApp } from "@stepwright/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { pauseApp, resumeApp } from "../api/commands.ts";
import { keys } from "../api/queries.ts";
import { announce } from "./announcer.tsx";
import { Button } from "./ui/button.tsx";
import { PausedBox } from "./ui/paused-box.tsx";
import { Ago } from "./ui/time.tsx";

/** Pauses an app that works, resumes one that is paused. */
export function usePauseApp(app: ApiApp) {
  const client = useQueryClient();
  const isPaused = app.pausedAt !== null;
  return useMutation({
    mutationFn: () => (isPaused ? resumeApp(app.id) : pauseApp(app.id)),
    onSuccess: () => announce(`App ${app.name} is ${isPaused ? "resumed" : "paused"}`),
    onSettled: async () => {
      await Promise.all(
        [keys.apps, keys.functions, keys.queue].map((key) => client.invalidateQueries({ queryKey: [key] })),
      );
    },
  });
}

/** The button. */
export function PauseAppButton(props: {
  readonly app: ApiApp;
  readonly pausing: ReturnType<typeof usePauseApp>;
}): ReactNode {
  const isPaused = props.app.pausedAt !== null;
  return (
    <Button
      disabled={props.pausing.isPending}
      onClick={() => props.pausing.mutate()}
      title={isPaused ? "Makes the calls that wait" : "None of its functions makes a call, and new runs are skipped"}
    >
      {isPaused ? "Resume" : "Pause"}
    </Button>
  );
}

/** What a paused app does and does not do; nothing for one that works. */
export function PausedAppNote({ app }: { readonly app: ApiApp }): ReactNode {
  if (app.pausedAt === null) return null;
  return (
    <PausedBox label={`${app.name} is paused`}>
      <span className="font-medium">
        Paused <Ago at={app.pausedAt} />.
      </span>{" "}
      None of its functions makes a call, nor do those that it registers meanwhile. What is due waits until it is
      resumed, and an event or a cron starts a run that is skipped. Functions that were paused by themselves stay so.
    </PausedBox>
  );
}
