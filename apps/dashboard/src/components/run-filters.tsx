// The filters of the runs list. Each is a place in history: Back undoes it, and it can be opened in a new tab.
import type { ApiRunStatus } from "@stepwright/protocol";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { appsQuery, functionsQuery, infoQuery } from "../api/queries.ts";
import { triggerNames } from "../present/listeners.ts";
import { isFiltered, toggleStatus, type RunSearch } from "../present/run-search.ts";
import { statusLook } from "../present/status.ts";
import { CancelRuns } from "./cancel-runs.tsx";
import { SearchBox } from "./search-box.tsx";
import { Select } from "./ui/field.tsx";
import { StatusMark } from "./ui/status-mark.tsx";

const spans = [
  ["15m", "Last 15 minutes"],
  ["1h", "Last hour"],
  ["24h", "Last 24 hours"],
  ["7d", "Last 7 days"],
] as const;

/** Statuses in the order people look for them. */
const order = ["failed", "running", "queued", "completed", "cancelled", "skipped"] as const satisfies ApiRunStatus[];

/** The search, the statuses, and the way back to everything. */
export function RunStatusFilter({ search }: { readonly search: RunSearch }): ReactNode {
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      <RunSearchBox search={search} />
      <StatusLinks search={search} />
      {isFiltered(search) ? (
        <Link to="/runs" activeOptions={{ exact: true }} className="px-1 text-link hover:underline">
          Clear filters
        </Link>
      ) : null}
      <span className="ml-auto max-sm:ml-0">
        <CancelRuns search={search} />
      </span>
    </div>
  );
}

function RunSearchBox({ search }: { readonly search: RunSearch }): ReactNode {
  const navigate = useNavigate({ from: "/runs" });
  const { cursor: _, q, ...filters } = search;
  return (
    <SearchBox
      label="Search runs"
      placeholder="Error, output, payload or id"
      value={q}
      onSearch={(text) =>
        void navigate({ to: "/runs", search: text === undefined ? filters : { ...filters, q: text } })
      }
    />
  );
}

function StatusLinks({ search }: { readonly search: RunSearch }): ReactNode {
  const { data: info } = useQuery(infoQuery());
  // Figures of the whole server would be wrong beside any other filter.
  const { status: _, ...others } = search;
  const counts = isFiltered(others) ? undefined : info?.runs;
  return (
    <div
      role="group"
      aria-label="Status"
      className="flex max-w-full overflow-x-auto rounded-md border border-edge bg-surface"
    >
      {order.map((status) => {
        const isOn = search.status?.includes(status) ?? false;
        const look = statusLook(status);
        const count = counts?.[status];
        return (
          <Link
            key={status}
            to="/runs"
            search={toggleStatus(search, status)}
            activeOptions={{ exact: true }}
            aria-current={isOn ? "true" : undefined}
            className={`flex h-7.5 items-center gap-1.5 border-r border-line px-2.5 whitespace-nowrap last:border-r-0 ${isOn ? "bg-raised font-semibold shadow-[inset_0_-2px] shadow-fill" : "text-muted hover:bg-raised hover:text-ink"}`}
          >
            <StatusMark look={look.shape === "arc" ? { ...look, shape: "retry" } : look} />
            {look.word}
            {count === undefined || count === 0 ? null : (
              <span className="text-xs font-normal text-muted">{count.toLocaleString("en")}</span>
            )}
          </Link>
        );
      })}
    </div>
  );
}

/** Function, event, app and time. */
export function RunChoices({ search }: { readonly search: RunSearch }): ReactNode {
  const navigate = useNavigate({ from: "/runs" });
  const functions = useQuery(functionsQuery()).data ?? [];
  const apps = useQuery(appsQuery()).data ?? [];
  const { cursor: _, ...filters } = search;
  const choose = (name: "fn" | "app" | "event" | "last", value: string) => {
    const { [name]: __, ...others } = filters;
    void navigate({ to: "/runs", search: value === "" ? others : { ...others, [name]: value } });
  };
  return (
    <>
      <Choice
        label="Function"
        all="All functions"
        value={search.fn}
        options={functions.map((fn) => [fn.slug, fn.name])}
        onChoose={(value) => choose("fn", value)}
      />
      <Choice
        label="Event"
        all="All events"
        value={search.event}
        options={triggerNames(functions).map((name) => [name, name])}
        onChoose={(value) => choose("event", value)}
      />
      {apps.length > 1 || search.app !== undefined ? (
        <Choice
          label="App"
          all="All apps"
          value={search.app}
          options={apps.map((app) => [app.name, app.name])}
          onChoose={(value) => choose("app", value)}
        />
      ) : null}
      <Choice
        label="Time"
        all="Any time"
        value={search.last}
        options={spans}
        onChoose={(value) => choose("last", value)}
      />
    </>
  );
}

function Choice(props: {
  readonly label: string;
  readonly all: string;
  readonly value: string | undefined;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly onChoose: (value: string) => void;
}): ReactNode {
  const { value = "" } = props;
  // An address may name what the list does not: a function that is gone, a span of one's own.
  const isKnown = value === "" || props.options.some(([option]) => option === value);
  return (
    <Select
      label={props.label}
      value={value}
      className={`max-w-48 max-sm:w-[calc(50%-0.25rem)] ${value === "" ? "" : "font-semibold"}`}
      onChange={(event) => props.onChoose(event.target.value)}
    >
      <option value="">{props.all}</option>
      {isKnown ? null : <option value={value}>{props.label === "Time" ? `Last ${value}` : value}</option>}
      {props.options.map(([option, text]) => (
        <option key={option} value={option}>
          {text}
        </option>
      ))}
    </Select>
  );
}
