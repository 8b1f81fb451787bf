// A link that opens a step beside its run, without leaving the place on the page.
import type { ApiRun } from "@stepwright/protocol";
import type { ReactNode } from "react";
import { stepByKey, stepKey } from "../present/failed-step.ts";
import { RunPageLink } from "./run-source.tsx";

/** Links a step of this run; plain text when the run has no such step yet. */
export function StepLink({
  run,
  stepId,
  name,
}: {
  readonly run: ApiRun;
  readonly stepId: string;
  readonly name: string;
}): ReactNode {
  const step = stepByKey(run.steps, stepId);
  if (step === null) return <strong>{name}</strong>;
  return (
    <RunPageLink
      runId={run.id}
      change={{ step: stepKey(run.steps, step) }}
      resetScroll={false}
      className="text-link underline underline-offset-2"
    >
      {name}
    </RunPageLink>
  );
}
