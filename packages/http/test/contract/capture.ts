// Captured exchanges of the peer, and what of them a replay must answer alike.
import { readdirSync } from "node:fs";
import { isJsonObject, type JsonValue } from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import { requestOf, type Golden } from "../golden.ts";

const fixtures = new URL("../../fixtures/", import.meta.url);

/** Names of the captures with one of these prefixes. */
export function captureNames(...prefixes: readonly string[]): readonly string[] {
  return readdirSync(fixtures)
    .map((file) => file.replace(/\.json$/, ""))
    .filter((name) => prefixes.some((prefix) => name.startsWith(prefix)))
    .sort();
}

/** An answer as it is compared. */
export interface Answer {
  readonly status: number;
  readonly body: JsonValue;
}

/** What the peer answered, with the status that it meant: errors of `GET /v1` are sent with 200 and say their status within. */
export function meant({ response }: Golden): Answer {
  const { body } = response;
  const inner = isJsonObject(body) && "error" in body ? body["status"] : undefined;
  return { status: typeof inner === "number" ? inner : response.status, body };
}

/** Sends the captured request, with the ids of this world in place of those of the capture. */
export async function replay(
  app: FastifyInstance,
  captured: Golden,
  ids: ReadonlyMap<string, string>,
): Promise<Answer> {
  const request = requestOf(captured);
  const response = await app.inject({ ...request, url: withIds(captured.request.path, ids) });
  return { status: response.statusCode, body: parsed(response.body) };
}

function withIds(text: string, ids: ReadonlyMap<string, string>): string {
  return [...ids].reduce((url, [theirs, ours]) => url.replaceAll(theirs, ours), text);
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

/**
 * Replaces what differs between any two runs of the same server: ids, times, durations, stacks and ports. Everything else,
 * names of fields and values alike, stays as it is.
 */
export function normalise(value: JsonValue, key = ""): JsonValue {
  if (Array.isArray(value)) return value.map((item) => normalise(item, key));
  if (isJsonObject(value)) {
    // A duration of no millisecond is left out, as every zero: whether it is one is the same as how long it is.
    const durations = "endedAt" in value && "queuedAt" in value ? { durationMs: "<duration>" } : {};
    const entries = Object.entries(value).map(([name, item]) => [name, normalise(item, name)]);
    return { ...durations, ...Object.fromEntries(entries) };
  }
  if (typeof value === "number") return value > 1e12 ? "<time>" : value;
  if (typeof value !== "string") return value;
  if (key === "durationMs") return "<duration>";
  if (key === "stack") return "<stack>";
  if (key === "cursor") return "<id>";
  if (/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(value)) return "<id>";
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) return "<id>";
  if (/^[0-9a-f]{16}$/.test(value)) return "<id>";
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return "<time>";
  return value.replace(/(localhost|127\.0\.0\.1):\d+/g, "localhost:0");
}

/** Leaves out fields, wherever they are. */
export function omit(value: JsonValue, names: ReadonlySet<string>): JsonValue {
  if (Array.isArray(value)) return value.map((item) => omit(item, names));
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(([name]) => !names.has(name));
  return Object.fromEntries(kept.map(([name, item]) => [name, omit(item, names)]));
}

/** The answer without what is different in every error on purpose: its words, and the code that v1 errors have besides. */
export function withoutWords(answer: Answer): Answer {
  const { status, body } = answer;
  if (status < 400 || !isJsonObject(body)) return answer;
  const errors = body["errors"];
  if (Array.isArray(errors))
    return { status, body: { errors: errors.map((error) => omit(error, new Set(["message"]))) } };
  const { code, error: _error, problems: _problems, ...rest } = body;
  // Codes of the peer are in small letters, and clients compare them; those that we add are in capitals.
  const isOurs = typeof code === "string" && code === code.toUpperCase();
  return { status, body: code === undefined || isOurs ? rest : { ...rest, code } };
}
