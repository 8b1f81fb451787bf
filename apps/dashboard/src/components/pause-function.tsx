// Pauses a function and lets it go on, and says what that means while it lasts.
import type { ApiFunction } from "@stepwright/protocol";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { pauseFunction, resumeFunction } from "../api/commands.ts";
import { appsQuery, keys } from "../api/queries.ts";
import { Button } from "./ui/button.tsx";
import { PausedBox } from "./ui/paused-box.tsx";
import { Ago } from "./ui/time.tsx";

/** The button, and what went wrong with it. It is about the function alone, whatever its app does. */
export function PauseFunction({ fn }: { readonly fn: ApiFunction }): ReactNode {
  const client = useQueryClient();
  const isPaused = fn.pausedBy.includes("function");
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
  const isByApp = fn.pausedBy.includes("app");
  return (
    <PausedBox label="Paused">
      <span className="font-medium">
        {fn.pausedBy.includes("function") ? (
          <>
            Paused <Ago at={fn.pausedAt} />
            {isByApp ? (
              <>
                , and so is its app <AppLink fn={fn} />
              </>
            ) : null}
            .
          </>
        ) : (
          <>
            Paused with its app <AppLink fn={fn} />, <Ago at={fn.pausedAt} />.
          </>
        )}
      </span>{" "}
      Calls that were out go on to their end. What is due waits until {isByApp ? "the app" : "it"} is resumed, and an
      event or a cron starts a run that is skipped.
    </PausedBox>
  );
}

function AppLink({ fn }: { readonly fn: ApiFunction }): ReactNode {
  // Known already: the frame of the page reads the apps.
  const isKnown = useQuery(appsQuery()).data?.some(({ id }) => id === fn.appId) ?? false;
  if (!isKnown) return fn.appName;
  return (
    <Link to="/apps/$appId" params={{ appId: fn.appId }} className="text-link underline underline-offset-2">
      {fn.appName}
    </Link>
  );
}
