// The sessions of an event (`meta`): which conversations, orders or the like it belongs to.
import { eventFieldInvalid, eventSessionInvalid, eventSessionsTooMany, type StepwrightError } from "./errors.ts";
import { canonicalJson, isJsonObject, type JsonObject, type JsonText, type JsonValue } from "./json.ts";

/** The most sessions of one event. */
export const sessionsMax = 5;
/** Bytes of a session's name. */
export const sessionNameBytesMax = 128;
/** Bytes of a session's id. */
export const sessionIdBytesMax = 512;

/** The outcome of reading `meta`; no sessions at all leave `null`. */
export type ReadSessions =
  | { readonly kind: "meta"; readonly meta: JsonText | null }
  | { readonly kind: "rejected"; readonly error: StepwrightError };

/**
 * Reads an event's `meta` and merges what the SDK stamped from the run that sent it. `label` is what errors call the event.
 *
 * Sessions the sender names win; inherited ones fill up in the order of their names. A session set to `null` is not
 * inherited, and `sessions: null` inherits nothing. What remains has no `propagated_sessions` any more.
 */
export function readSessions(meta: JsonValue | undefined, label: string): ReadSessions {
  if (meta === undefined || meta === null) return { kind: "meta", meta: null };
  if (!isJsonObject(meta))
    return rejected(eventFieldInvalid({ event: label, field: "meta", found: "no object", allowed: "an object" }));
  const own = meta["sessions"];
  if (own !== undefined && own !== null && !isJsonObject(own)) {
    return rejected(
      eventFieldInvalid({
        event: label,
        field: "meta.sessions",
        found: "no object",
        allowed: "an object of names and ids",
      }),
    );
  }
  const sessions = new Map<string, string>();
  for (const [name, value] of Object.entries(own ?? {})) {
    if (value === null) continue;
    const id = sessionId(value);
    const wrong = sessionProblem(name, id);
    if (wrong !== null) return rejected(eventSessionInvalid({ event: label, session: name, reason: wrong }));
    sessions.set(name, id ?? "");
  }
  if (sessions.size > sessionsMax) {
    return rejected(eventSessionsTooMany({ event: label, count: sessions.size, max: sessionsMax }));
  }
  if (own !== null) inherit(sessions, own ?? {}, meta["propagated_sessions"]);
  const found = sessions.size === 0 ? null : canonicalJson({ sessions: Object.fromEntries(sessions) });
  return { kind: "meta", meta: found };
}

/** Adds inherited sessions while there is room. Nobody wrote them by hand, so bad ones are left out, not refused. */
function inherit(sessions: Map<string, string>, own: JsonObject, propagated: JsonValue | undefined): void {
  if (!isJsonObject(propagated)) return;
  for (const name of Object.keys(propagated).sort()) {
    if (sessions.size >= sessionsMax) return;
    const id = sessionId(propagated[name] ?? null);
    if (Object.hasOwn(own, name) || id === null || sessionProblem(name, id) !== null) continue;
    sessions.set(name, id);
  }
}

function sessionId(value: JsonValue): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value : null;
}

function sessionProblem(name: string, id: string | null): string | null {
  if (id === null) return "its id must be a text, a number or null";
  if (name === "" || Buffer.byteLength(name) > sessionNameBytesMax)
    return `its name must have 1 to ${sessionNameBytesMax} bytes`;
  if (id === "" || Buffer.byteLength(id) > sessionIdBytesMax) return `its id must have 1 to ${sessionIdBytesMax} bytes`;
  return null;
}

function rejected(error: StepwrightError): ReadSessions {
  return { kind: "rejected", error };
}
