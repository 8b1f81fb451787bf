// How a function limits, spreads or gathers its runs.
import type { JsonValue } from "@stepwright/protocol";
import type { ReactNode } from "react";
import { flowFacts, flowText, type FlowPart } from "../present/flow-control.ts";
import { Facts } from "./ui/panel.tsx";

/** The flow control of a function, option by option. */
export function FlowControl({ config }: { readonly config: JsonValue }): ReactNode {
  const facts = flowFacts(config);
  if (facts.length === 0) return <p className="text-muted">None: every run starts at once.</p>;
  return <Facts facts={facts.map(({ name, parts }) => [name, <Parts key={name} parts={parts} />])} />;
}

/** The same in a line, for a list; nothing for a function without flow control. */
export function FlowLine({ config }: { readonly config: JsonValue }): ReactNode {
  const facts = flowFacts(config);
  if (facts.length === 0) return null;
  return (
    <span
      className="block truncate text-xs text-muted"
      title={facts.map((fact) => `${fact.name}: ${flowText(fact)}`).join("\n")}
    >
      {facts.map(({ short }) => short).join(" · ")}
    </span>
  );
}

function Parts({ parts }: { readonly parts: readonly FlowPart[] }): ReactNode {
  return parts.map(({ kind, text }, index) =>
    kind === "code" ? (
      <code key={index} className="rounded bg-raised px-1 [overflow-wrap:anywhere]">
        {text}
      </code>
    ) : (
      text
    ),
  );
}
