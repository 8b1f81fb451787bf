// Draws what layout-spans.ts has laid out: a row per step, in order, with its attempts side by side.
import type { ApiRun, ApiStep } from "@stepwright/protocol";
import { useMemo, type ReactNode } from "react";
import { useNow } from "../api/clock.ts";
import { formatDuration } from "../present/duration.ts";
import { stepKey } from "../present/failed-step.ts";
import { layoutSpans, type RunTotals, type Segment, type SegmentKind, type SpanRow } from "../present/layout-spans.ts";
import { isKept } from "../present/rerun.ts";
import { isEnded, stepLook } from "../present/status.ts";
import { stepKinds, stepTitle } from "../present/step-kinds.ts";
import { labelSide, type AxisScale, type TimeAxis } from "../present/time-axis.ts";
import { RunPageLink } from "./run-source.tsx";
import { Icon } from "./ui/icon.tsx";
import { StatusMark } from "./ui/status-mark.tsx";

// On a narrow screen the bar stands below the name, in the full width.
const grid = "grid max-sm:grid-cols-[minmax(0,1fr)_auto] sm:grid-cols-[minmax(12rem,30%)_minmax(0,1fr)_5.75rem]";

/** Id of the link that chooses a step. */
export function stepLinkId(stepId: string): string {
  return `choose-${stepId}`;
}

const labelSides = { right: "", middle: "-translate-x-1/2", left: "-translate-x-full" } as const;

/** The steps of a run over time. */
export function Waterfall(props: {
  readonly run: ApiRun;
  readonly selected: ApiStep | null;
  readonly scale: AxisScale | null;
}): ReactNode {
  const { run } = props;
  const now = useNow(isEnded(run.status) ? null : 1_000);
  const { axis, rows, totals } = useMemo(() => layoutSpans(run, now, props.scale), [run, now, props.scale]);
  return (
    <section className="rounded-lg border border-line bg-surface">
      <header className="flex min-h-9 flex-wrap items-center justify-between gap-x-4 border-b border-line px-3 py-1">
        <h2 className="font-semibold">Steps</h2>
        <p className="text-xs text-muted">{totalsText(totals)}</p>
        <ScaleLinks runId={run.id} axis={axis} chosen={props.scale} />
      </header>
      {rows.length === 0 ? (
        <p className="px-3 py-4 text-muted">
          {isEnded(run.status) ? "This run had no steps." : "No step yet: the function has not reported one."}
        </p>
      ) : (
        <>
          <Ticks axis={axis} />
          <ol>
            {rows.map((row) => (
              <Row key={row.step.id} row={row} run={run} axis={axis} isSelected={row.step.id === props.selected?.id} />
            ))}
          </ol>
          <Legend
            kinds={new Set(rows.flatMap((row) => row.segments.map((segment) => segment.kind)))}
            hasBreaks={axis.breaks.length > 0}
          />
        </>
      )}
    </section>
  );
}

function Ticks({ axis }: { readonly axis: TimeAxis }): ReactNode {
  return (
    <div aria-hidden className={`${grid} border-b border-line px-3`}>
      <span className="max-sm:hidden" />
      <div className="relative h-6 max-sm:col-span-2 text-xs leading-6 text-muted">
        {axis.ticks.map((tick) => (
          <span
            key={tick.left}
            className={`absolute whitespace-nowrap ${labelSides[labelSide(tick.left)]}`}
            style={{ left: percent(tick.left) }}
          >
            {tick.label}
          </span>
        ))}
        {axis.breaks.map((gap) => (
          <span
            key={gap.left}
            className="absolute bottom-0 border-b-3 border-double border-edge"
            style={{ left: percent(gap.left), width: percent(gap.width) }}
          />
        ))}
      </div>
    </div>
  );
}

function Row({
  row,
  run,
  axis,
  isSelected,
}: {
  readonly row: SpanRow;
  readonly run: ApiRun;
  readonly axis: TimeAxis;
  readonly isSelected: boolean;
}): ReactNode {
  const { step } = row;
  const look = stepLook(step);
  const kind = stepKinds[step.kind];
  const key = stepKey(run.steps, step);
  const name = stepTitle(step);
  return (
    <li
      className={`relative border-b border-line last:border-b-0 focus-within:bg-raised hover:bg-raised ${isSelected ? "bg-raised shadow-[inset_3px_0] shadow-fill" : ""}`}
    >
      <div className={`${grid} min-h-8.5 items-center px-3 max-sm:pt-1.5`}>
        <span className="flex min-w-0 items-center gap-1.5 pr-2">
          <StatusMark look={look} label={look.word} />
          <RunPageLink
            runId={run.id}
            change={{ step: isSelected ? undefined : key }}
            resetScroll={false}
            id={stepLinkId(step.id)}
            aria-current={isSelected ? "true" : undefined}
            activeOptions={{ exact: true }}
            title={name}
            className="covers-row scroll-mt-28 truncate font-medium max-lg:scroll-mb-[calc(60dvh+1.5rem)]"
          >
            {name}
          </RunPageLink>
          {step.kind === "step" || step.kind === "function" ? null : (
            <span className="flex shrink-0 items-center gap-1 text-xs text-muted" title={kind.title}>
              <Icon name={kind.icon} className="size-3" />
              <span className="max-xl:sr-only">{kind.short}</span>
            </span>
          )}
          {step.attempts.length > 1 || step.status === "retrying" ? (
            <span
              className="rounded bg-raised px-1 text-xs text-muted"
              title={`${step.attempts.length} attempts made, at most ${step.maxAttempts}`}
            >
              ×{step.attempts.length}
            </span>
          ) : null}
        </span>
        <div className="relative h-8.5 max-sm:order-last max-sm:col-span-2 max-sm:-mt-2">
          {axis.ticks.map((tick) => (
            <span
              key={tick.left}
              aria-hidden
              className="absolute inset-y-0 w-px bg-line"
              style={{ left: percent(tick.left) }}
            />
          ))}
          {isKept(run, step) ? (
            <span className="relative flex h-full items-center pl-1.5 text-xs text-muted">
              <span className="bg-surface px-1">kept from the run before</span>
            </span>
          ) : (
            row.segments.map((segment, index) => <Bar key={index} segment={segment} />)
          )}
        </div>
        <span className="pl-2 text-right text-xs text-muted">
          {isKept(run, step) ? "–" : formatDuration(row.durationMs)}
        </span>
      </div>
    </li>
  );
}

const bars: Readonly<Record<SegmentKind, string>> = {
  queue: "h-1 top-[15px] bg-quiet-bar",
  work: "h-3.5 top-2.5 rounded-xs bg-good-bar",
  failed: "h-3.5 top-2.5 rounded-xs bg-bad-bar",
  backoff: "h-3.5 top-2.5 hatched",
  sleep: "h-2 top-[13px] rounded-xs bg-waiting-bar",
  wait: "h-2 top-[13px] rounded-xs border border-dashed border-waiting bg-waiting-soft",
};

function Bar({ segment }: { readonly segment: Segment }): ReactNode {
  const isWork = segment.kind === "work" && segment.isOpen;
  return (
    <span
      // However short it was, it can be seen; at the very end it stays inside.
      className={`absolute min-w-[3px] ${isWork ? "top-2.5 h-3.5 rounded-xs bg-active-bar" : bars[segment.kind]}`}
      style={{ left: `min(${percent(segment.left)}, calc(100% - 3px))`, width: percent(segment.width) }}
      title={segmentTitle(segment)}
    />
  );
}

function segmentTitle(segment: Segment): string {
  const attempt = segment.attempt === null ? "" : `, attempt ${segment.attempt + 1}`;
  const length = formatDuration(segment.endAt - segment.startAt);
  return `${segmentWords[segment.kind]}${attempt}: ${length}${segment.isOpen ? " so far" : ""}`;
}

const segmentWords: Readonly<Record<SegmentKind, string>> = {
  queue: "In the queue",
  work: "Your code",
  failed: "Failed",
  backoff: "Waiting to retry",
  sleep: "Sleeping",
  wait: "Waiting",
};

function Legend({
  kinds,
  hasBreaks,
}: {
  readonly kinds: ReadonlySet<SegmentKind>;
  readonly hasBreaks: boolean;
}): ReactNode {
  const shown = (Object.keys(segmentWords) as readonly SegmentKind[]).filter((kind) => kinds.has(kind));
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1 border-t border-line px-3 py-1.5 text-xs text-muted">
      {shown.map((kind) => (
        <span key={kind} className="flex items-center gap-1.5">
          <span aria-hidden className={`${bars[kind]} w-4`} />
          {segmentWords[kind]}
        </span>
      ))}
      {hasBreaks ? <span>Idle stretches are drawn shorter than they were.</span> : null}
    </p>
  );
}

function ScaleLinks({
  runId,
  axis,
  chosen,
}: {
  readonly runId: string;
  readonly axis: TimeAxis;
  readonly chosen: AxisScale | null;
}): ReactNode {
  if (axis.scale === "time" && chosen === null) return null;
  const other: AxisScale = axis.scale === "time" ? "compact" : "time";
  return (
    <RunPageLink
      runId={runId}
      change={{ axis: other }}
      resetScroll={false}
      activeOptions={{ exact: true }}
      className="text-xs text-link hover:underline"
    >
      {other === "time" ? "Draw to scale" : "Shorten idle stretches"}
    </RunPageLink>
  );
}

function totalsText(totals: RunTotals): string {
  const parts: readonly (readonly [number, string])[] = [
    [totals.workMs, "your code"],
    [totals.unansweredMs, "of calls without an answer"],
    [totals.backoffMs, "waiting to retry"],
    [totals.queueMs, "in the queue"],
    [totals.sleepMs, "asleep"],
    [totals.waitMs, "waiting"],
  ];
  return parts
    .filter(([ms]) => ms > 0)
    .map(([ms, what]) => `${formatDuration(ms)} ${what}`)
    .join(", ");
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}
