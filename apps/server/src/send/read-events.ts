// Puts together what `stepwright send` sends.
import type { JsonValue } from "@stepwright/protocol";
import { readJson, readOptionalObject, type ReadJson } from "../arguments/read-json.ts";
import type { Terminal } from "../remote/terminal.ts";
import type { EventsToSend } from "./request.ts";

/** Reads the values of the events; the server judges whether they are events. */
export async function readEventsToSend(events: EventsToSend, terminal: Terminal): Promise<ReadJson<JsonValue>> {
  if (events.kind === "whole") return readJson("the event", events.events, terminal);
  const { name, id, ts } = events;
  const isInputTaken = events.user === "-";
  const data = await readOptionalObject("--data", events.data, { input: terminal, isInputTaken });
  if (data.kind === "failed") return data;
  const user = await readOptionalObject("--user", events.user, { input: terminal, isInputTaken: true });
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
