// What can be done with a run.
import type { ApiRun } from "@stepwright/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { cancelRun, rerun } from "../api/commands.ts";
import { runQuery } from "../api/queries.ts";
import { isEnded } from "../present/status.ts";
import { RerunButton } from "./rerun-button.tsx";
import { Button, ConfirmButton } from "./ui/button.tsx";

/** Buttons to cancel a run and to run it again, and what went wrong with either. */
export function RunActions({ run }: { readonly run: ApiRun }): ReactNode {
  const client = useQueryClient();
  const navigate = useNavigate();
  const cancelling = useMutation({
    mutationFn: () => cancelRun(run.id),
    onSuccess: () => client.invalidateQueries(runQuery(run.id)),
  });
  const rerunning = useMutation({
    mutationFn: () => rerun(run.id),
    onSuccess: async (runId) => {
      // It names its reruns.
      void client.invalidateQueries(runQuery(run.originalRunId ?? run.id));
      await navigate({ to: "/runs/$runId", params: { runId } });
    },
  });
  const error = cancelling.error ?? rerunning.error;
  return (
    <>
      {error === null ? null : (
        <span role="alert" className="text-bad">
          {error.message}
        </span>
      )}
      {isEnded(run.status) ? null : (
        <ConfirmButton
          label="Cancel run"
          question="Cancel this run?"
          isBusy={cancelling.isPending}
          onConfirm={() => cancelling.mutate()}
        />
      )}
      <Button
        disabled={rerunning.isPending}
        onClick={() => rerunning.mutate()}
        title="Starts a new run with the same events"
      >
        {rerunning.isPending ? "Starting …" : "Run again"}
      </Button>
      {run.events.length === 1 ? <RerunButton run={run} from={null} label="Edit and run again …" /> : null}
    </>
  );
}
