// `/events`: what was sent, newest first, and the runs it started.
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useId, type ReactNode } from "react";
import { useEvents, type EventSearch } from "../api/lists.ts";
import { functionsQuery } from "../api/queries.ts";
import { EventsTable } from "../components/events-table.tsx";
import { ListEnd, NewRows } from "../components/list-foot.tsx";
import { useOpenSend } from "../components/send-event.tsx";
import { SearchBox, SearchGaps, SearchGoesOn } from "../components/search-box.tsx";
import { Button } from "../components/ui/button.tsx";
import { SuggestInput } from "../components/ui/field.tsx";
import { Empty, Loading, Problem } from "../components/ui/note.tsx";
import { PageHead } from "../components/ui/panel.tsx";
import { triggerNames } from "../present/listeners.ts";
import { nearestName } from "../present/nearest-name.ts";

const route = getRouteApi("/events");

/** The page. */
export function EventsPage(): ReactNode {
  const search = route.useSearch();
  const list = useEvents(search);
  return (
    <>
      <title>{titleOf(search)}</title>
      <PageHead title="Events" />
      <EventFilters />
      <SearchGaps gaps={list.gaps} />
      {list.error !== null && list.rows.length === 0 ? (
        <Problem error={list.error} onRetry={list.showNew} />
      ) : list.isLoading ? (
        <Loading what="events" />
      ) : list.rows.length === 0 && list.nextCursor !== null ? (
        <SearchGoesOn isLoading={list.isLoadingMore} onMore={list.loadMore} />
      ) : list.rows.length === 0 && search.q !== undefined ? (
        <Empty title={`No event is found for ${search.q}`}>
          <Link to="/events" className="text-link hover:underline">
            Show all events
          </Link>
        </Empty>
      ) : list.rows.length === 0 ? (
        <NoEvents name={search.name} />
      ) : (
        <>
          <NewRows count={list.newRows} noun="event" onShow={list.showNew} />
          <EventsTable rows={list.rows} onVisible={list.noteVisible} onNearEnd={list.loadMore} />
          <ListEnd
            count={list.rows.length}
            noun="event"
            isLoading={list.isLoadingMore}
            older={
              list.nextCursor === null ? null : (
                <Link
                  to="/events"
                  search={{ ...search, cursor: list.nextCursor }}
                  className="text-link hover:underline"
                >
                  Only older events
                </Link>
              )
            }
          />
        </>
      )}
    </>
  );
}

function titleOf({ q, name }: EventSearch): string {
  const parts = [q, name].filter((part) => part !== undefined);
  return parts.length === 0 ? "Events · Stepwright" : `Events: ${parts.join(" · ")} · Stepwright`;
}

function EventFilters(): ReactNode {
  const id = useId();
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/events" });
  const functions = useQuery(functionsQuery()).data ?? [];
  const { cursor: _, name, ...rest } = search;
  const show = (wanted: string) => {
    if (wanted !== (name ?? ""))
      void navigate({ to: "/events", search: wanted === "" ? rest : { ...rest, name: wanted } });
  };
  const names = triggerNames(functions);
  return (
    <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
      <SearchBox
        label="Search events"
        placeholder="Payload, name or id"
        value={search.q}
        onSearch={(text) => {
          const { cursor: __, q: ___, ...others } = search;
          void navigate({ to: "/events", search: text === undefined ? others : { ...others, q: text } });
        }}
      />
      <form
        role="search"
        aria-label="Filter by name"
        className="flex w-full max-w-sm gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          const name = new FormData(event.currentTarget).get("name");
          show(typeof name === "string" ? name.trim() : "");
        }}
      >
        <label htmlFor={id} className="sr-only">
          Event name
        </label>
        <SuggestInput
          // A new address brings its own text.
          key={name ?? ""}
          id={id}
          name="name"
          type="search"
          placeholder="Name, in full"
          defaultValue={name ?? ""}
          suggestions={names}
          onChange={(event) => {
            // Choosing a suggestion, or clearing the field, needs no further key.
            if (event.target.value === "" || names.includes(event.target.value)) show(event.target.value);
          }}
        />
        <Button type="submit">Filter</Button>
      </form>
      <label className="flex items-center gap-1.5 text-muted">
        <input
          type="checkbox"
          checked={search.internal === true}
          onChange={(event) => {
            const { internal: __, ...others } = search;
            void navigate({ to: "/events", search: event.target.checked ? { ...others, internal: true } : others });
          }}
        />
        Include the engine's own events
      </label>
    </div>
  );
}

function NoEvents({ name }: { readonly name: string | undefined }): ReactNode {
  const openSend = useOpenSend();
  const functions = useQuery(functionsQuery()).data ?? [];
  const nearest =
    name === undefined
      ? null
      : nearestName(
          name,
          triggerNames(functions).filter((known) => known !== name),
        );
  return (
    <Empty title={name === undefined ? "No event has arrived yet" : `No event is named ${name}`}>
      {nearest === null ? (
        <p>Apps send events with the SDK; you can send one from here.</p>
      ) : (
        <p>
          Did you mean{" "}
          <Link to="/events" search={{ name: nearest }} className="text-link hover:underline">
            {nearest}
          </Link>
          ?
        </p>
      )}
      <Button className="mt-3" onClick={() => openSend({ kind: "event", ...(name === undefined ? {} : { name }) })}>
        Send an event
      </Button>
    </Empty>
  );
}
