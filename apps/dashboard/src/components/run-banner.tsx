// The first thing on a run's page: why it ended as it did, or what it does now and what comes next.
import type { ApiRun } from "@stepwright/protocol";
import { useEffect, useState, type ReactNode } from "react";
import { currentTime, useNow } from "../api/clock.ts";
import { bannerText, describeRun, type BannerLine, type BannerPart } from "../present/describe-run.ts";
import { isEnded, type Tone } from "../present/status.ts";
import { announce } from "./announcer.tsx";
import { LinkedPiece } from "./linked-text.tsx";
import { ServerLink } from "./run-source.tsx";
import { StepLink } from "./step-link.tsx";
import { StatusMark } from "./ui/status-mark.tsx";
import { Left, Moment } from "./ui/time.tsx";

const boxes: Readonly<Record<Tone, string>> = {
  good: "border-line bg-surface",
  bad: "border-bad-line bg-bad-soft",
  active: "border-active-line bg-active-soft",
  waiting: "border-waiting-line bg-waiting-soft",
  quiet: "border-line bg-surface",
};

/** The banner of a run. */
export function RunBanner({ run }: { readonly run: ApiRun }): ReactNode {
  const now = useNow(isEnded(run.status) ? null : 1_000);
  const banner = describeRun(run, now);
  const [first] = banner.lines;

  // Said once per change of what is going on, not with every tick of a countdown.
  const key = `${run.status} ${banner.look.word} ${first?.message ?? ""}`;
  useEffect(() => {
    if (first !== undefined) announce(`Run ${run.functionName}: ${bannerText(first, currentTime())}`);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the key is what has changed
  }, [key]);

  return (
    <section
      aria-label="What happened"
      className={`mb-4 grid gap-2 rounded-lg border px-3 py-2.5 ${boxes[banner.look.tone]}`}
    >
      {banner.lines.map((line, index) => (
        <div key={index} className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2">
          <span className="pt-[3px]">
            <StatusMark look={banner.look} />
          </span>
          <Line line={line} run={run} />
        </div>
      ))}
    </section>
  );
}

function Line({ line, run }: { readonly line: BannerLine; readonly run: ApiRun }): ReactNode {
  return (
    <div className="min-w-0">
      <p className="font-medium break-words [overflow-wrap:anywhere]">
        {line.parts.map((part, index) => (
          <Part key={index} part={part} run={run} />
        ))}
      </p>
      {line.message === null ? null : <Message text={line.message} />}
      {line.frame === null ? null : (
        <p className="mt-0.5 font-mono text-xs break-words [overflow-wrap:anywhere] text-muted">at {line.frame}</p>
      )}
    </div>
  );
}

/** What is shown of a message before the rest is asked for. */
const messageShown = { characters: 800, lines: 12 } as const;

/** The beginning of a message; the whole where little would be left out. */
function beginningOf(text: string): string {
  const lines = text.split("\n").slice(0, messageShown.lines).join("\n");
  const beginning = lines.slice(0, messageShown.characters);
  return text.length > beginning.length * 1.25 ? beginning : text;
}

function Message({ text }: { readonly text: string }): ReactNode {
  const [wantsWhole, setWhole] = useState(false);
  const beginning = beginningOf(text);
  return (
    <p className="mt-1 font-mono text-xs leading-[1.125rem] break-words [overflow-wrap:anywhere] whitespace-pre-wrap text-bad">
      {wantsWhole || beginning === text ? (
        text
      ) : (
        <>
          {beginning}…{" "}
          <button type="button" className="text-link hover:underline" onClick={() => setWhole(true)}>
            Show all {text.length.toLocaleString("en")} characters
          </button>
        </>
      )}
    </p>
  );
}

function Part({ part, run }: { readonly part: BannerPart; readonly run: ApiRun }): ReactNode {
  switch (part.kind) {
    case "text":
    case "run":
    case "storedEvent":
      return <LinkedPiece part={part} />;
    case "step":
      return <StepLink run={run} stepId={part.stepId} name={part.name} />;
    case "event":
      return (
        <ServerLink to="/events" search={{ name: part.name }} className="text-link underline underline-offset-2">
          {part.name}
        </ServerLink>
      );
    case "code":
      return <code className="rounded bg-raised px-1">{part.text}</code>;
    case "moment":
      return <Moment at={part.at} />;
    case "left":
      return <Left at={part.at} />;
  }
}
