// Reads queries and bodies of REST v2: numbers, times and cursors in queries, keys of either spelling in bodies.
import {
  bodyInvalid,
  fieldInvalid,
  isUlid,
  asEventId,
  asRunId,
  millis,
  parameterInvalid,
  type EventId,
  type Millis,
  type RunId,
} from "@stepwright/protocol";
import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import { bodyJson, bodyText } from "./body.ts";

/** A query as Fastify gives it: a parameter that is repeated is a list. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The one value of a parameter; the last one of several, null when it is absent or empty. */
export function one(query: Query, name: string): string | null {
  return all(query, name).at(-1) ?? null;
}

/** All values of a parameter that are not empty, in either spelling of its name. */
export function all(query: Query, name: string): readonly string[] {
  const value = query[name] ?? query[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
  const values = value === undefined ? [] : typeof value === "string" ? [value] : value;
  return values.filter((text) => text !== "");
}

/** Reads a page size: 0 and nothing mean the default. */
export function readLimit(query: Query, o: { readonly default: number; readonly max: number }): number {
  const text = one(query, "limit");
  if (text === null) return o.default;
  if (!/^[+-]?\d{1,18}$/.test(text)) throw parameterInvalid({ name: "limit", value: text, allowed: "give a number" });
  const limit = Number(text);
  if (limit === 0) return o.default;
  if (limit < 0) throw fieldInvalid({ reason: "Limit must be at least 1" });
  if (limit > o.max) throw fieldInvalid({ reason: `Limit cannot exceed ${o.max}` });
  return limit;
}

/** Reads a flag. */
export function readFlag(query: Query, name: string): boolean {
  const text = one(query, name);
  if (text === null || /^(false|f|0)$/i.test(text)) return false;
  if (/^(true|t|1)$/i.test(text)) return true;
  throw parameterInvalid({ name, value: text, allowed: "give true or false" });
}

/** Reads an RFC 3339 time; null when it is absent. */
export function readTime(query: Query, name: string): Millis | null {
  const text = one(query, name);
  if (text === null) return null;
  const at = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(at))
    throw parameterInvalid({ name, value: text, allowed: "give an RFC 3339 time such as 2026-01-31T12:00:00Z" });
  return millis(at);
}

/** Reads the id of a run. */
export function readV2RunId(text: string): RunId {
  if (!isUlid(text)) throw fieldInvalid({ reason: "Run ID must be a valid ULID" });
  return asRunId(text);
}

/** Reads the internal id of an event. */
export function readV2EventId(text: string): EventId {
  if (!isUlid(text)) throw fieldInvalid({ reason: "Event ID must be a valid ULID" });
  return asEventId(text);
}

/** Reads a body with keys in camelCase or snake_case; an empty one is an empty object. Unknown keys are refused. */
export function readV2Body<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  request: FastifyRequest,
): z.output<z.ZodObject<Shape>> {
  const body = bodyText(request).trim() === "" ? {} : bodyJson(request);
  const parsed = schema.safeParse(camelKeys(body));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === "unrecognized_keys")
    throw bodyInvalid({ reason: `unknown field ${issue.keys.map((key) => `"${key}"`).join(", ")}` });
  throw bodyInvalid({ reason: `"${issue?.path.join(".") ?? ""}": ${issue?.message ?? "unreadable"}` });
}

/** `from_step` as `fromStep`. Only the keys of the object itself: what is inside may be a user's data. */
export function camelKeys(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      item,
    ]),
  );
}
