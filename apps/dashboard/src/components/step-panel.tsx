// Everything about one step of a run: what went in, what came out, and each try.
import type { ApiAttempt, ApiRun, ApiStep, JsonValue } from "@stepwright/protocol";
import type { ReactNode } from "react";
import { formatDuration } from "../present/duration.ts";
import { stepMetadata } from "../present/metadata.ts";
import { canBegin, isKept } from "../present/rerun.ts";
import { stepLook } from "../present/status.ts";
import { stepKinds, stepTitle } from "../present/step-kinds.ts";
import { ErrorView } from "./error-view.tsx";
import { JsonView } from "./json-view.tsx";
import { MetadataParts } from "./metadata.tsx";
import { RerunButton } from "./rerun-button.tsx";
import { RunPageLink, ServerLink, useIsFromFile } from "./run-source.tsx";
import { Icon } from "./ui/icon.tsx";
import { Facts, Panel, Part } from "./ui/panel.tsx";
import { StatusMark, StatusWord } from "./ui/status-mark.tsx";
import { Absolute, Ago, Lasting, Left } from "./ui/time.tsx";

/** The panel of a step. */
export function StepPanel({ run, step }: { readonly run: ApiRun; readonly step: ApiStep }): ReactNode {
  const kind = stepKinds[step.kind];
  const isFromFile = useIsFromFile();
  return (
    <Panel
      isTall
      title={stepTitle(step)}
      aside={
        <RunPageLink
          runId={run.id}
          change={{ step: undefined }}
          resetScroll={false}
          activeOptions={{ exact: true }}
          aria-label="Close the step"
          title="Close the step"
          className="rounded p-1 text-muted hover:bg-raised hover:text-ink"
        >
          <Icon name="close" />
        </RunPageLink>
      }
    >
      <div className="px-3 py-2.5">
        <Facts
          facts={[
            ["Status", <StatusWord key="status" look={stepLook(step)} />],
            ...(isKept(run, step)
              ? ([["Result", "kept from the run that this one was started again from"]] as const)
              : []),
            ...(step.kind === "function" || step.kind === "step" ? [] : ([["Kind", kind.title]] as const)),
            ...(isKept(run, step)
              ? []
              : ([
                  ["Duration", <Lasting key="duration" from={step.startedAt ?? step.queuedAt} to={step.endedAt} />],
                ] as const)),
            ...(step.nextAttemptAt === null
              ? []
              : ([["Next attempt", <NextAttempt key="next" step={step} at={step.nextAttemptAt} />]] as const)),
            ...detailFacts(step),
          ]}
        />
      </div>
      {step.error === null ? null : (
        <Part title={step.status === "retrying" ? "Error of the last attempt" : "Error"}>
          <ErrorView error={step.error} />
        </Part>
      )}
      {step.output === null && step.status !== "completed" ? null : (
        <Part title="Output">
          <JsonView value={step.output} what="output" />
        </Part>
      )}
      {step.input === null ? null : (
        <Part title="Input">
          <JsonView value={step.input} what="input" />
        </Part>
      )}
      <MetadataParts view={stepMetadata(run, step)} />
      {step.attempts.length === 0 ? null : (
        <Part title={`Attempts, ${step.attempts.length} of at most ${step.maxAttempts}`}>
          <Attempts step={step} />
        </Part>
      )}
      <Part title="Times">
        <Facts
          facts={[
            ["Queued", <Absolute key="queued" at={step.queuedAt} />],
            ["Started", <Absolute key="started" at={step.startedAt} />],
            ["Ended", <Absolute key="ended" at={step.endedAt} />],
          ]}
        />
      </Part>
      {step.kind === "function" ? null : (
        <Part title="Step id">
          <code className="break-all text-muted">{step.id}</code>
        </Part>
      )}
      {canBegin(step) && !isFromFile ? (
        <div className="border-t border-line px-3 py-2.5">
          <RerunButton key={step.id} run={run} from={step} label="Run again from here …" />
        </div>
      ) : null}
    </Panel>
  );
}

function NextAttempt({ step, at }: { readonly step: ApiStep; readonly at: number }): ReactNode {
  return (
    <>
      {step.attempts.length + 1} of {step.maxAttempts} in <Left at={at} />
    </>
  );
}

function Attempts({ step }: { readonly step: ApiStep }): ReactNode {
  const attempts = step.attempts.toSorted((a, b) => a.attempt - b.attempt);
  return (
    <ol className="grid gap-1">
      {attempts.map((attempt, index) => (
        <Attempt
          key={attempt.attempt}
          attempt={attempt}
          before={attempts[index - 1] ?? null}
          isShownAbove={index === attempts.length - 1}
        />
      ))}
    </ol>
  );
}

/** One try. Its error can be opened, unless it is the one that stands above already. */
function Attempt(props: {
  readonly attempt: ApiAttempt;
  readonly before: ApiAttempt | null;
  readonly isShownAbove: boolean;
}): ReactNode {
  const { attempt, before } = props;
  const look = stepLook({ kind: "step", status: attempt.status });
  const canOpen = attempt.error !== null && !props.isShownAbove;
  const head = (
    <span className="inline-flex flex-wrap items-center gap-x-2">
      <Icon name="right" className={`size-2.5 text-muted group-open:rotate-90 ${canOpen ? "" : "invisible"}`} />
      <StatusMark look={look} label={look.word} />
      <span className="font-medium">Attempt {attempt.attempt + 1}</span>
      <span>{formatDuration(attempt.endedAt - attempt.startedAt)}</span>
      <span className="text-muted">
        {before === null ? (
          <Ago at={attempt.startedAt} />
        ) : (
          `${formatDuration(attempt.startedAt - before.endedAt)} after the one before`
        )}
      </span>
    </span>
  );
  if (attempt.error === null || props.isShownAbove) return <li>{head}</li>;
  return (
    <li>
      <details className="group">
        <summary className="list-none">
          {head}
          <span className="block truncate pl-10 font-mono text-xs text-bad">{attempt.error.message}</span>
        </summary>
        <div className="mt-1 ml-10 border-l-2 border-line pl-2.5">
          <ErrorView error={attempt.error} />
        </div>
      </details>
    </li>
  );
}

type Fact = readonly [name: string, value: ReactNode];

/** What only this kind of step has. */
function detailFacts({ kind, detail }: ApiStep): readonly Fact[] {
  switch (kind) {
    case "sleep":
      return [until("Until", detail["until"])].filter((fact) => fact !== null);
    case "wait":
      return [
        textFact("Event", detail["event"]),
        textFact("Condition", detail["expression"], true),
        until("Times out", detail["until"]),
        linkFact("Matched event", detail["matchedEventId"], "event"),
      ].filter((fact) => fact !== null);
    case "invoke":
      return [
        textFact("Function", detail["functionId"]),
        linkFact("Run", detail["childRunId"], "run"),
        linkFact("Event", detail["eventId"], "event"),
        until("Times out", detail["until"]),
      ].filter((fact) => fact !== null);
    case "signal":
      return [textFact("Signal", detail["signal"], true), until("Times out", detail["until"])].filter(
        (fact) => fact !== null,
      );
    case "step":
    case "gateway":
    case "function":
      return [];
  }
}

function until(name: string, value: JsonValue | undefined): Fact | null {
  return typeof value === "number" ? [name, <Absolute key={name} at={value} />] : null;
}

function textFact(name: string, value: JsonValue | undefined, isCode = false): Fact | null {
  if (typeof value !== "string" || value === "") return null;
  return [name, isCode ? <code key={name}>{value}</code> : value];
}

const idClass = "font-mono text-xs text-link hover:underline";

function linkFact(name: string, value: JsonValue | undefined, target: "run" | "event"): Fact | null {
  if (typeof value !== "string" || value === "") return null;
  return [
    name,
    target === "run" ? (
      <RunLink key={name} runId={value} />
    ) : (
      <ServerLink key={name} to="/events/$eventId" params={{ eventId: value }} className={idClass}>
        {value}
      </ServerLink>
    ),
  ];
}

function RunLink({ runId }: { readonly runId: string }): ReactNode {
  return (
    <ServerLink to="/runs/$runId" params={{ runId }} className={idClass}>
      {runId}
    </ServerLink>
  );
}
