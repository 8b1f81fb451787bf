// Puts together what `stepwright send` sends.
import type { JsonObject, JsonValue } from "@stepwright/protocol";
import { readJson, readJsonObject, type ReadJson } from "../arguments/read-json.ts";
import type { Terminal } from "../remote/terminal.ts";
import type { EventsToSend } from "./request.ts";

type Part = ReadJson<JsonObject | null>;

/** Reads the values of the events; the server judges whether they are events. */
export async function readEventsToSend(events: EventsToSend, terminal: Terminal): Promise<ReadJson<JsonValue>> {
  if (events.kind === "whole") return readJson("the event", events.events, terminal);
  const { name, id, ts } = events;
  const data = await readPart(
    "--data",
    events.data ?? (terminal.hasInput && events.user !== "-" ? "-" : null),
    terminal,
  );
  if (data.kind === "failed") return data;
  const user = await readPart("--user", events.user, terminal);
  if (user.kind === "failed") return user;
  return {
    kind: "value",
    value: {
      name,
      data: data.value ?? {},
      ...(user.value === null ? {} : { user: user.value }),
      ...(id === null ? {} : { id }),
      ...(ts === null ? {} : { ts }),
    },
  };
}

async function readPart(name: string, written: string | null, terminal: Terminal): Promise<Part> {
  return written === null ? { kind: "value", value: null } : readJsonObject(name, written, terminal);
}
